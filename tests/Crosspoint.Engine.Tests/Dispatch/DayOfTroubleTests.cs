using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Tests.Dispatch;

/// <summary>
/// A day of two carriers that fail in every way they know, in seconds: the dice have a fixed seed, the clock is a manual one.
/// </summary>
public sealed class DayOfTroubleTests
{
    private const int Hours = 24;
    private const int MessagesAnHour = 40;

    private enum Mood
    {
        Well,
        Throttles,
        AnswersLate,
        Mute,
        Drops,
        Fails,

        // The link is half open: nothing is read or answered on it, not even enquire_link.
        Dead,
    }

    [Fact]
    public async Task Day_OfDisconnectsThrottlingLateAndMissingAnswers_CountsAddUp()
    {
        var dice = new Random(1);
        var troubles = new[] { new Trouble(2), new Trouble(3) };
        await using var first = new ScriptedCarrier { Script = troubles[0].Answer };
        await using var second = new ScriptedCarrier { Script = troubles[1].Answer };
        await using var firstLink = new SilentRelay(first.Port);
        await using var secondLink = new SilentRelay(second.Port);
        SilentRelay[] links = [firstLink, secondLink];
        int deadHours = 0;
        await using Rig rig = await Rig.StartAsync(Rig.Options(
            Rig.Connection("a", firstLink.Port, smpp => smpp with { Sessions = 2, EnquireLink = TimeSpan.FromSeconds(30) }),
            Rig.Connection("b", secondLink.Port, smpp => smpp with { EnquireLink = TimeSpan.FromSeconds(30) })));
        await rig.BoundAsync("a", 2);
        await rig.BoundAsync("b");
        var heads = new List<MessageHead>();
        for (int hour = 0; hour < Hours; hour++)
        {
            foreach (Trouble trouble in troubles) trouble.Mood = (Mood)dice.Next(Enum.GetValues<Mood>().Length);
            for (int i = 0; i < links.Length; i++)
            {
                bool isDead = troubles[i].Mood == Mood.Dead;
                deadHours += isDead ? 1 : 0;
                if (isDead) links[i].FallSilent();
                else links[i].Speak();
            }

            bool isPaused = dice.Next(4) == 0;
            rig.Step = TimeSpan.FromMilliseconds(250);
            for (int i = 0; i < MessagesAnHour; i++)
            {
                heads.Add(await rig.SendAsync(
                    $"m{heads.Count}", (TrafficClass)dice.Next(3), to: $"+1555{1_000_000 + heads.Count}"));
                if (i == 10 && isPaused) rig.Gateway.PauseConnection("a");
                if (i % 4 == 0) await rig.PassAsync(rig.Step);
            }

            await rig.PassAsync(TimeSpan.FromSeconds(5));
            foreach (Trouble trouble in troubles) trouble.AnswerLate();
            if (isPaused) rig.Gateway.ResumeConnection("a");
            await rig.PassAsync(TimeSpan.FromSeconds(2));
            rig.Step = TimeSpan.FromMinutes(5);
            await rig.PassAsync(TimeSpan.FromHours(1));
        }

        foreach (Trouble trouble in troubles) trouble.Mood = Mood.Well;
        foreach (SilentRelay link in links) link.Speak();
        deadHours.ShouldBeGreaterThan(3);
        rig.Log.Of(1051).ShouldContain(line => line.Contains("EnquireLinkTimeout"));
        rig.Step = TimeSpan.FromSeconds(1);
        await rig.UntilAsync(() => rig.Gateway.Connections().All(c => c is { Use: "usable", Queued: 0, InFlight: 0 }) && rig.Gauge("crosspoint.dispatch.held") == 0);
        await rig.SettleAsync();

        var counts = new Dictionary<MessageState, int>();
        foreach (MessageHead head in heads)
        {
            Message message = await rig.FindAsync(head.Id);
            counts[message.State] = counts.GetValueOrDefault(message.State) + 1;
            int taken = troubles.Sum(trouble => trouble.TakenOf(head.Body));
            string what = $"{head.Body} taken {taken}: {Rig.Describe(message)}";
            if (taken == 0) message.SentAt.ShouldBe(0, what);
            if (taken > 1) message.IsPossibleDuplicate.ShouldBeTrue(what);
            if (message.State == MessageState.Sent) taken.ShouldBeGreaterThan(0, what);
            message.State.ShouldBeOneOf(MessageState.Sent, MessageState.Sending, MessageState.Failed, MessageState.Unconfirmed, MessageState.Expired);
            if (message.State is MessageState.Failed or MessageState.Expired) taken.ShouldBe(0, what);
            if (message.State == MessageState.Sending) message.Segments[0].State.ShouldBe(SegmentState.Unknown, what);
        }

        counts.Values.Sum().ShouldBe(Hours * MessagesAnHour);
        (counts.GetValueOrDefault(MessageState.Sent) + counts.GetValueOrDefault(MessageState.Unconfirmed))
            .ShouldBeGreaterThan(Hours * MessagesAnHour * 9 / 10, string.Join(", ", counts));
    }

    /// <summary>What a carrier does with a submit, by its mood of the hour.</summary>
    private sealed class Trouble(int seed)
    {
        private readonly Lock _gate = new();
        private readonly Random _dice = new(seed);
        private readonly Dictionary<string, int> _taken = [];
        private readonly List<(ScriptedCarrier Carrier, CarrierSubmit Submit)> _late = [];

        public Mood Mood { get; set; }

        public int TakenOf(string text)
        {
            lock (_gate) return _taken.GetValueOrDefault(text);
        }

        public void Answer(ScriptedCarrier carrier, CarrierSubmit submit)
        {
            int roll;
            lock (_gate) roll = _dice.Next(100);
            switch (Mood)
            {
                case Mood.Throttles when roll < 50:
                    carrier.Refuse(submit, CommandStatus.Throttled);
                    break;
                case Mood.Fails when roll < 40:
                    carrier.Refuse(submit, CommandStatus.SystemError);
                    break;
                case Mood.AnswersLate when roll < 50:
                    lock (_gate) _late.Add((carrier, submit));
                    break;
                case Mood.Mute when roll < 70:
                    break;
                case Mood.Drops when roll < 10:
                    carrier.DropSessions();
                    break;
                default:
                    Take(carrier, submit);
                    break;
            }
        }

        public void AnswerLate()
        {
            List<(ScriptedCarrier Carrier, CarrierSubmit Submit)> late;
            lock (_gate)
            {
                late = [.. _late];
                _late.Clear();
            }

            foreach ((ScriptedCarrier carrier, CarrierSubmit submit) in late) Take(carrier, submit);
        }

        // Taken is taken, whether the answer reaches the gateway or not.
        private void Take(ScriptedCarrier carrier, CarrierSubmit submit)
        {
            lock (_gate) _taken[submit.Text] = _taken.GetValueOrDefault(submit.Text) + 1;
            carrier.Accept(submit);
        }
    }
}
