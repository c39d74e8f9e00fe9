using System.Buffers;
using BenchmarkDotNet.Attributes;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Benchmarks.Smpp;

/// <summary>A hundred PDUs as one read of the socket gives them; the figures are for one PDU.</summary>
[MemoryDiagnoser]
public class PduFrameBenchmarks
{
    private const int Pdus = 100;
    private readonly byte[] _input = new byte[Pdus * PduHeader.Bytes];

    [GlobalSetup]
    public void Setup()
    {
        for (var i = 0; i < Pdus; i++) EnquireLink.TryWrite(_input.AsSpan(i * PduHeader.Bytes), (uint)i);
    }

    [Benchmark(OperationsPerInvoke = Pdus)]
    public int ReadSpan()
    {
        ReadOnlySpan<byte> input = _input;
        var frames = 0;
        while (PduFrame.TryRead(input, PduFrame.DefaultMaxBytes, out int length) == FrameResult.Complete)
        {
            input = input[length..];
            frames++;
        }

        return frames;
    }

    [Benchmark(OperationsPerInvoke = Pdus)]
    public int ReadSequence()
    {
        var input = new ReadOnlySequence<byte>(_input);
        var frames = 0;
        while (PduFrame.TryRead(ref input, PduFrame.DefaultMaxBytes, out _) == FrameResult.Complete) frames++;
        return frames;
    }
}
