using System.Buffers;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Tests.Support;

namespace Crosspoint.Smpp.Tests.Codec;

public sealed class PduFrameTests
{
    [Theory]
    [InlineData("0000000F")]
    [InlineData("00000000")]
    [InlineData("F0000011")]
    [InlineData("FFFFFFFF")]
    [InlineData("7FFFFFFF")]
    [InlineData("00011171")] // 70 001
    [InlineData("47455420")] // an HTTP request: "GET "
    [InlineData("16030100")] // a TLS hello
    public void TryRead_ImpossibleLength_SaysSoAtOnce(string length)
    {
        byte[] bytes = Hex.Bytes(length);
        var sequence = new ReadOnlySequence<byte>(bytes);

        PduFrame.TryRead(ref sequence, PduFrame.DefaultMaxBytes, out _).ShouldBe(FrameResult.InvalidLength);
        PduFrame.TryRead(bytes, PduFrame.DefaultMaxBytes, out int length2).ShouldBe(FrameResult.InvalidLength);

        length2.ShouldBe(0);
        sequence.Length.ShouldBe(bytes.Length);
    }

    [Fact]
    public void TryRead_LongestAllowed_WaitsForTheRest()
    {
        PduFrame.TryRead(Hex.Bytes("00011170"), PduFrame.DefaultMaxBytes, out _).ShouldBe(FrameResult.NeedMoreData);
    }

    [Fact]
    public void TryRead_SplitAtEveryPosition_GivesTheSamePdus()
    {
        byte[] first = Pdu.Of(CommandId.SubmitSm, 1, CommandStatus.Ok, Pdu.SubmitBody());
        byte[] second = Pdu.Of(CommandId.EnquireLink, 0x806A179B);
        byte[] both = [.. first, .. second];
        for (var cut = 0; cut <= both.Length; cut++)
        {
            ReadOnlySequence<byte> input = Split(both, cut);
            PduFrame.TryRead(ref input, 1024, out ReadOnlySequence<byte> pdu).ShouldBe(FrameResult.Complete);
            pdu.ToArray().ShouldBe(first);
            PduFrame.TryRead(ref input, 1024, out pdu).ShouldBe(FrameResult.Complete);
            pdu.ToArray().ShouldBe(second);
            PduFrame.TryRead(ref input, 1024, out _).ShouldBe(FrameResult.NeedMoreData);
        }
    }

    [Fact]
    public void TryRead_EveryPrefix_NeedsMore()
    {
        byte[] pdu = Pdu.Of(CommandId.SubmitSm, 1, CommandStatus.Ok, Pdu.SubmitBody());
        for (var length = 0; length < pdu.Length; length++)
        {
            PduFrame.TryRead(pdu.AsSpan(0, length), 1024, out _).ShouldBe(FrameResult.NeedMoreData);
        }
    }

    [Fact]
    public void Header_AnyValues_RoundTrip()
    {
        var header = new PduHeader(0xF000_0011, (CommandId)0xDEAD_BEEF, (CommandStatus)0x499, 0x806A_179B);
        var bytes = new byte[16];
        header.Write(bytes);

        PduHeader.TryRead(bytes, out PduHeader read).ShouldBeTrue();

        read.ShouldBe(header);
        PduHeader.TryRead(bytes.AsSpan(0, 15), out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(0x58u, "ESME_RTHROTTLED")]
    [InlineData(0u, "ESME_ROK")]
    [InlineData(0x499u, "0x00000499")]
    public void StatusName_KnownOrNot_IsAsTheStandardSpellsIt(uint status, string name) =>
        CommandStatuses.Name((CommandStatus)status).ShouldBe(name);

    [Fact]
    public void StatusName_EveryMember_HasOne()
    {
        foreach (CommandStatus status in Enum.GetValues<CommandStatus>()) CommandStatuses.Name(status).ShouldStartWith("ESME_R");
    }

    private static ReadOnlySequence<byte> Split(byte[] bytes, int cut)
    {
        var first = new Segment(bytes.AsMemory(0, cut), 0);
        Segment last = first.Append(bytes.AsMemory(cut));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
