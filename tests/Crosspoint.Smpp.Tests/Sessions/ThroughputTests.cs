using System.Diagnostics;
using System.Globalization;
using System.Net;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Smpp.Tests.Sessions;

/// <summary>Memory taken by messages in flight, client and server of ours on loopback. CROSSPOINT_ROUND_TRIPS makes it longer.</summary>
[Collection(nameof(ThroughputTests))]
[CollectionDefinition(nameof(ThroughputTests), DisableParallelization = true)]
public sealed class ThroughputTests(ITestOutputHelper output)
{
    // Measured far below; the allowance is for what the test platform itself does meanwhile.
    private const int MaxBytesPerMessage = 40;

    [Fact]
    public async Task RoundTrips_OnLoopback_AllocateNextToNothing()
    {
        string? asked = Environment.GetEnvironmentVariable("CROSSPOINT_ROUND_TRIPS");
        int messages = int.TryParse(asked, CultureInfo.InvariantCulture, out int wanted) ? wanted : 10_000;
        await using var server = new SmppServer(
            new SmppServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) },
            new Answerer(),
            TimeProvider.System,
            NullLogger.Instance);
        server.Start();
        var pump = new Pump();
        await using var client = new SmppClient(
            new SmppClientOptions { Host = "127.0.0.1", Port = server.EndPoint.Port, SystemId = "pump", InFlightWindow = 100 },
            pump,
            TimeProvider.System,
            NullLogger.Instance);
        client.Start();
        SmppSession session = await pump.Bound.Task.WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
        await pump.RunAsync(session, 5_000);

        long before = GC.GetTotalAllocatedBytes(precise: true);
        long started = Stopwatch.GetTimestamp();
        await pump.RunAsync(session, messages);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        output.WriteLine($"{messages} messages in {elapsed.TotalMilliseconds:F0} ms: {messages / elapsed.TotalSeconds:F0} a second, "
            + $"{(double)allocated / messages:F2} bytes a message");
        (allocated / messages).ShouldBeLessThan(MaxBytesPerMessage);
        pump.Refused.ShouldBe(0);
        pump.MostOutstanding.ShouldBeLessThanOrEqualTo(100);
    }

    private class Quiet
    {
        public virtual void OnBound(SmppSession session)
        {
        }

        public virtual void OnRequest(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body)
        {
        }

        public virtual void OnResponse(
            SmppSession session, in PduHeader header, ReadOnlySpan<byte> body, object? state, TimeSpan elapsed, bool late)
        {
        }

        public void OnTimeout(SmppSession session, object? state)
        {
        }

        public void OnClosed(SmppSession session, SmppCloseReason reason, IReadOnlyList<object?> unanswered)
        {
        }

        public virtual void OnWindowOpened(SmppSession session)
        {
        }
    }

    private sealed class Answerer : Quiet, ISmppServerHandler
    {
        public ValueTask<BindDecision> AuthenticateAsync(
            SmppSession session, BindCredentials credentials, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new BindDecision(CommandStatus.Ok, 0));

        public override void OnRequest(SmppSession session, in PduHeader header, ReadOnlySpan<byte> body)
        {
            DecodeResult result = SubmitSm.TryRead(body, out SubmitSm pdu);
            session.Respond(header, result.IsOk && pdu.Text.Length > 0 ? CommandStatus.Ok : CommandStatus.SystemError, "0123456789"u8);
        }
    }

    private sealed class Pump : Quiet, ISmppSessionHandler
    {
        private static readonly byte[] Text = "Your code is 123456. It is good for five minutes."u8.ToArray();
        private readonly object _state = new();
        private TaskCompletionSource _done = new();
        private int _toSend;
        private int _toReceive;

        public TaskCompletionSource<SmppSession> Bound { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int MostOutstanding { get; private set; }

        public int Refused { get; private set; }

        public async Task RunAsync(SmppSession session, int messages)
        {
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _toReceive, messages);
            Volatile.Write(ref _toSend, messages);
            OnWindowOpened(session);
            await _done.Task.WaitAsync(TimeSpan.FromSeconds(60), CancellationToken.None);
        }

        public override void OnBound(SmppSession session) => Bound.TrySetResult(session);

        public override void OnResponse(
            SmppSession session, in PduHeader header, ReadOnlySpan<byte> body, object? state, TimeSpan elapsed, bool late)
        {
            if (header.CommandStatus != CommandStatus.Ok) Refused++;
            if (Interlocked.Decrement(ref _toReceive) == 0) _done.TrySetResult();
        }

        public override void OnWindowOpened(SmppSession session)
        {
            while (session.TryReserve(1))
            {
                if (Interlocked.Decrement(ref _toSend) < 0)
                {
                    session.Release(1);
                    return;
                }

                var pdu = new SubmitSm
                {
                    SourceAddr = new SmppAddress(5, 0, "Acme"u8),
                    DestinationAddr = new SmppAddress(1, 1, "447700900123"u8),
                    RegisteredDelivery = 1,
                    ShortMessage = Text,
                };
                session.Submit(pdu, _state);
                MostOutstanding = Math.Max(MostOutstanding, session.OutstandingCount);
            }
        }
    }
}
