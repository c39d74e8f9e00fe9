using BenchmarkDotNet.Attributes;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Benchmarks.Smpp;

/// <summary>One submit_sm of a one-time code, header included.</summary>
[MemoryDiagnoser]
public class SubmitSmCodecBenchmarks
{
    private readonly byte[] _buffer = new byte[512];
    private byte[] _pdu = [];

    [GlobalSetup]
    public void Setup() => _pdu = _buffer[..Write()];

    [Benchmark]
    public int Write()
    {
        var pdu = new SubmitSm
        {
            SourceAddr = new SmppAddress(5, 0, "Acme"u8),
            DestinationAddr = new SmppAddress(1, 1, "447700900123"u8),
            RegisteredDelivery = 1,
            ShortMessage = "Your code is 123456. It is good for five minutes."u8,
        };
        pdu.TryWrite(_buffer.AsSpan(PduHeader.Bytes), out int body);
        new PduHeader((uint)(PduHeader.Bytes + body), CommandId.SubmitSm, CommandStatus.Ok, 7).Write(_buffer);
        return PduHeader.Bytes + body;
    }

    [Benchmark]
    public int Read()
    {
        PduHeader.TryRead(_pdu, out PduHeader header);
        SubmitSm.TryRead(_pdu.AsSpan(PduHeader.Bytes), out SubmitSm pdu);
        return pdu.Text.Length + pdu.DestinationAddr.Digits.Length + (int)header.SequenceNumber;
    }
}
