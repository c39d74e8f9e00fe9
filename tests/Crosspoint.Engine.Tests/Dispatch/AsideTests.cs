using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Dispatch;

/// <summary>Thousands of messages stand aside for one network that is throttled, over real sockets.</summary>
public sealed class AsideTests
{
    private const string German = "+4915112345678";
    private const string American = "+15551230001";
    private const int Many = 4_000;
    private const int Others = 20;
    private const int Window = 8;

    private readonly Decisions _decisions = new();
    private int _seen;
    private int _accepted;

    [Fact]
    public async Task Answers_OfAThrottledNetwork_LookAtNoMoreThanTheyMakeRoomFor()
    {
        await using var carrier = new ScriptedCarrier { Script = TakesThreeInFourGermans };
        await using Rig rig = await StartAsync(Many, carrier);
        int decisions = _decisions.Count;
        int seen = Volatile.Read(ref _seen);
        int accepted = Volatile.Read(ref _accepted);

        await rig.UntilAsync(() => Volatile.Read(ref _accepted) >= accepted + 60);

        // One to see where each goes and one for the record; and again for those that found no room after all.
        seen = Volatile.Read(ref _seen) - seen;
        (_decisions.Count - decisions).ShouldBeLessThan((seen + 10) * 8);
    }

    [Fact]
    public async Task Queues_OfAThrottledNetwork_ShowWhatStandsAside()
    {
        await using var carrier = new ScriptedCarrier { Script = TakesThreeInFourGermans };
        await using Rig rig = await StartAsync(Many, carrier);

        QueueStatus queue = rig.Gateway.Queues(null).ShouldHaveSingleItem();

        queue.Waiting.ShouldBeInRange(Many - 200, Many);
        queue.InMemory.ShouldBe((int)queue.Waiting);
        queue.Rate.ShouldBeLessThan(300, "what stands aside has not left");
        queue.EstimatedWait.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Rerouted_WhatStandsAside_GoesToTheOtherConnection()
    {
        await using var first = new ScriptedCarrier { Script = TakesThreeInFourGermans };
        await using var second = new ScriptedCarrier(isUp: false);
        await using Rig rig = await StartAsync(1_000, first, second);
        second.Start();
        await rig.BoundAsync("b");

        await first.StopAsync();

        // What was in flight as the session ended has an outcome that nobody knows, and goes nowhere.
        await rig.UntilAsync(() => second.Submits.Count + Volatile.Read(ref _accepted) >= 1_000 - Window);

        second.Submits.Select(static submit => submit.Text).Distinct().Count().ShouldBe(second.Submits.Count);
        await rig.UntilAsync(() => rig.Gateway.Queues(null).Count == 0);
    }

    // Up to where all that can go by stands aside: others that were sent behind it are through.
    private async Task<Rig> StartAsync(int count, params ScriptedCarrier[] carriers)
    {
        EngineOptions options = Rig.Options(
        [
            .. carriers.Select(static (carrier, i) => Rig.Connection(
                Rig.NameOf(i), carrier.Port, static smpp => smpp with { InFlightWindow = Window, ResponseTimeout = TimeSpan.FromMinutes(2) })),
        ]);
        string[] names = [.. options.Connections.Select(static connection => connection.Name)];
        var rule = new RoutingRule { Name = "all", Route = new() { Connections = names, MarginAtLeast = 1 } };
        Rig rig = await Rig.StartAsync(options with
        {
            RoutingSources = options.RoutingSources with { Rates = _decisions },
            Routing = new(1, [names[0]]) { Rules = [rule] },
        });
        await rig.BoundAsync();
        await SendAsync(rig, American, Others);
        await rig.UntilAsync(() => carriers[0].Submits.Count == Others);
        for (int i = 0; i < count / 1_000; i++) await SendAsync(rig, German, 1_000);
        await SendAsync(rig, American, Others);
        await rig.UntilAsync(() => carriers[0].Submits.Count(static submit => !IsGerman(submit)) == 2 * Others);
        return rig;
    }

    private void TakesThreeInFourGermans(ScriptedCarrier carrier, CarrierSubmit submit)
    {
        if (!IsGerman(submit))
        {
            carrier.Accept(submit);
        }
        else if (Interlocked.Increment(ref _seen) % 4 == 1)
        {
            carrier.Refuse(submit, CommandStatus.Throttled);
        }
        else
        {
            Interlocked.Increment(ref _accepted);
            carrier.Accept(submit);
        }
    }

    private static bool IsGerman(CarrierSubmit submit) => submit.To.TrimStart('+').StartsWith("49", StringComparison.Ordinal);

    private static async Task SendAsync(Rig rig, string to, int count)
    {
        SendRequest[] requests = [.. Enumerable.Range(0, count).Select(_ => Rig.Request($"{Guid.NewGuid()}", to: to))];
        (await rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None)).ShouldAllBe(static result => result.IsAccepted);
    }

    /// <summary>Prices that leave a margin, and how often a decision asked for one.</summary>
    private sealed class Decisions : IRateBook, IRates
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public string Currency => "EUR";

        public long Revision => 1;

        public DateTimeOffset? NextChange => null;

        public IRates? Cost(string connection) => new Price();

        public IRates? Sell(string accountSid) => this;

        public bool TryFind(in Destination destination, out long micros)
        {
            Interlocked.Increment(ref _count);
            micros = 50_000;
            return true;
        }

        private sealed class Price : IRates
        {
            public bool TryFind(in Destination destination, out long micros)
            {
                micros = 10_000;
                return true;
            }
        }
    }
}
