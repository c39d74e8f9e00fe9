using BenchmarkDotNet.Attributes;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Benchmarks.Smpp;

/// <summary>One submit_multi to twenty numbers, header included.</summary>
[MemoryDiagnoser]
public class SubmitMultiCodecBenchmarks
{
    private const int Numbers = 20;

    private readonly byte[] _buffer = new byte[1024];
    private readonly byte[] _destinations = new byte[Numbers * 24];
    private byte[] _pdu = [];

    [GlobalSetup]
    public void Setup() => _pdu = _buffer[..Write()];

    [Benchmark]
    public int Write()
    {
        var destinations = new MultiDestinationWriter(_destinations);
        for (var i = 0; i < Numbers; i++) destinations.Add(new SmppAddress(1, 1, "447700900123"u8));
        var pdu = new SubmitMulti
        {
            SourceAddr = new SmppAddress(5, 0, "Acme"u8),
            Destinations = destinations.Written,
            RegisteredDelivery = 1,
            ShortMessage = "The depot is closed today."u8,
        };
        pdu.TryWrite(_buffer.AsSpan(PduHeader.Bytes), out int body);
        new PduHeader((uint)(PduHeader.Bytes + body), CommandId.SubmitMulti, CommandStatus.Ok, 7).Write(_buffer);
        return PduHeader.Bytes + body;
    }

    [Benchmark]
    public int Read()
    {
        PduHeader.TryRead(_pdu, out PduHeader header);
        SubmitMulti.TryRead(_pdu.AsSpan(PduHeader.Bytes), out SubmitMulti pdu);
        var digits = 0;
        foreach (MultiDestination destination in pdu.Destinations) digits += destination.Address.Digits.Length;
        return digits + pdu.Text.Length + (int)header.SequenceNumber;
    }
}
