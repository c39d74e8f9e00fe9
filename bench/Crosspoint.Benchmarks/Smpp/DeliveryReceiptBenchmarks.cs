using BenchmarkDotNet.Attributes;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Benchmarks.Smpp;

/// <summary>The text of one receipt in the usual form.</summary>
[MemoryDiagnoser]
public class DeliveryReceiptBenchmarks
{
    private static readonly DateTimeOffset Moment = new(2026, 1, 2, 15, 30, 0, TimeSpan.Zero);
    private readonly byte[] _buffer = new byte[256];
    private byte[] _text = [];

    [GlobalSetup]
    public void Setup() => _text = _buffer[..Write()];

    [Benchmark]
    public bool Parse() => DeliveryReceipt.TryParse(_text, default(TlvReader), out DeliveryReceipt receipt) && receipt.DoneDate is not null;

    [Benchmark]
    public int Write() =>
        DeliveryReceipt.Write(_buffer, "0123456789"u8, 1, 1, Moment, Moment, MessageState.Delivered, "000"u8, "Your code is 123456."u8);
}
