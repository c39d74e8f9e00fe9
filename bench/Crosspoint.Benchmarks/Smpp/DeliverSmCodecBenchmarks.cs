using BenchmarkDotNet.Attributes;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Benchmarks.Smpp;

/// <summary>One deliver_sm with a receipt and its TLVs, header included.</summary>
[MemoryDiagnoser]
public class DeliverSmCodecBenchmarks
{
    private readonly byte[] _buffer = new byte[512];
    private readonly byte[] _tlvs = new byte[64];
    private byte[] _pdu = [];
    private int _tlvBytes;

    [GlobalSetup]
    public void Setup()
    {
        var writer = new TlvWriter(_tlvs);
        writer.AddText(TlvTag.ReceiptedMessageId, "0123456789"u8);
        writer.Add(TlvTag.MessageState, (byte)MessageState.Delivered);
        _tlvBytes = writer.Length;
        _pdu = _buffer[..Write()];
    }

    [Benchmark]
    public int Write()
    {
        var pdu = new DeliverSm
        {
            SourceAddr = new SmppAddress(1, 1, "447700900123"u8),
            DestinationAddr = new SmppAddress(5, 0, "Acme"u8),
            EsmClass = EsmClass.Receipt,
            ShortMessage = "id:0123456789 sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:"u8,
            Tlvs = _tlvs.AsSpan(0, _tlvBytes),
        };
        pdu.TryWrite(_buffer.AsSpan(PduHeader.Bytes), out int body);
        new PduHeader((uint)(PduHeader.Bytes + body), CommandId.DeliverSm, CommandStatus.Ok, 7).Write(_buffer);
        return PduHeader.Bytes + body;
    }

    [Benchmark]
    public int Read()
    {
        PduHeader.TryRead(_pdu, out PduHeader header);
        DeliverSm.TryRead(_pdu.AsSpan(PduHeader.Bytes), out DeliverSm pdu);
        return pdu.Text.Length + pdu.Tlvs.Length + (int)header.SequenceNumber;
    }
}
