using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;
using Crosspoint.Sms.Segments;
using MessageState = Crosspoint.Engine.Messages.MessageState;

namespace Crosspoint.Engine.Tests.Vendors;

/// <summary>A carrier that says it speaks SMPP 3.3, which knows no TLVs.</summary>
public sealed class OldPeerTests
{
    private static readonly byte[] Version33 = [.. "peer\0"u8, 0x02, 0x10, 0x00, 0x01, 0x33];

    [Fact]
    public async Task Submit_PartsBySar_CarryAnEightBitHeaderInstead()
    {
        using var carrier = new RawCarrier();
        await using Rig rig = await StartAsync(carrier, SegmentMethod.Sar);
        string text = string.Concat(Enumerable.Repeat("0123456789", 40));

        MessageHead head = await rig.SendAsync(text);
        var parts = new List<CarrierSubmit>();
        for (int i = 1; i <= 3; i++)
        {
            (PduHeader header, byte[] body) = await carrier.ReadAsync();
            parts.Add(CarrierSubmit.Read(i, null!, header, body));
            await carrier.WriteAsync(CommandId.SubmitSmResp, header.SequenceNumber, Encoding.ASCII.GetBytes($"id{i}\0"));
        }

        parts.Select(part => (part.Part, part.Total, part.EsmClass)).ShouldBe([(1, 3, (byte)0x40), (2, 3, (byte)0x40), (3, 3, (byte)0x40)]);
        parts.Select(part => part.Reference).Distinct().Count().ShouldBe(1);
        string.Concat(parts.Select(part => part.Text)).ShouldBe(text);
        await rig.UntilAsync(head, MessageState.Sent);
    }

    [Fact]
    public async Task Submit_WholeTextInPayload_IsRefusedAndNothingLeaves()
    {
        using var carrier = new RawCarrier();
        await using Rig rig = await StartAsync(carrier, SegmentMethod.Payload);

        await rig.UntilAsync(await rig.SendAsync(new string('x', 400)), MessageState.Failed);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0x40)]
    public async Task Submit_VersionLeftOut_TlvsGoUnlessTheConnectionIsStrict(bool isStrict, byte esmClass)
    {
        using var carrier = new RawCarrier();
        await using Rig rig = await StartAsync(carrier, SegmentMethod.Sar, isStrict, "peer\0"u8.ToArray());

        await rig.SendAsync(new string('x', 200));
        (PduHeader header, byte[] body) = await carrier.ReadAsync();

        CarrierSubmit.Read(1, null!, header, body).EsmClass.ShouldBe(esmClass);
    }

    private static async Task<Rig> StartAsync(RawCarrier carrier, SegmentMethod method, bool isStrict = false, byte[]? bindResponse = null)
    {
        Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection(
            "a", carrier.Port, smpp => smpp with { SegmentMethod = method, StrictInterfaceVersion = isStrict })));
        await carrier.AcceptAsync(bindResponse ?? Version33);
        await rig.BoundAsync();
        return rig;
    }
}
