using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Smpp.Tests.Support;

/// <summary>Whole PDUs for tests.</summary>
internal static class Pdu
{
    public static byte[] Of(CommandId id, uint sequence, CommandStatus status = CommandStatus.Ok, params byte[] body)
    {
        var pdu = new byte[PduHeader.Bytes + body.Length];
        new PduHeader((uint)pdu.Length, id, status, sequence).Write(pdu);
        body.CopyTo(pdu, PduHeader.Bytes);
        return pdu;
    }

    public static byte[] SubmitBody(string text = "hello", string to = "447700900123")
    {
        var submit = new SubmitSm
        {
            SourceAddr = new SmppAddress(5, 0, "Acme"u8),
            DestinationAddr = new SmppAddress(1, 1, Encoding.ASCII.GetBytes(to)),
            RegisteredDelivery = 1,
            ShortMessage = Encoding.ASCII.GetBytes(text),
        };
        var body = new byte[submit.BodyLength];
        submit.TryWrite(body, out int written).ShouldBeTrue();
        written.ShouldBe(body.Length);
        return body;
    }

    public static byte[] Bind(CommandId id, uint sequence = 1, string systemId = "test", string password = "secret", byte version = 0x34)
    {
        var bind = new BindRequest
        {
            SystemId = Encoding.ASCII.GetBytes(systemId),
            Password = Encoding.ASCII.GetBytes(password),
            InterfaceVersion = version,
        };
        var body = new byte[bind.BodyLength];
        bind.TryWrite(body, out _).ShouldBeTrue();
        return Of(id, sequence, CommandStatus.Ok, body);
    }

    public static byte[] BindAccepted(CommandId bind, uint sequence) =>
        Of(bind.ToResponse(), sequence, CommandStatus.Ok, [.. "smsc\0"u8, 0x02, 0x10, 0x00, 0x01, 0x34]);
}
