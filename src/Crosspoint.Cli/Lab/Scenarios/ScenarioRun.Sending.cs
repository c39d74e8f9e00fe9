using System.Numerics;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;
using Crosspoint.Engine.Retries;
using Crosspoint.Engine.Routing.Rehearsal;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>
/// What happens to one message: it waits for its connection, is submitted, and by the answer it is taken, goes to the next candidate, waits and goes
/// again, or is given up. The same for every policy.
/// </summary>
internal sealed partial class ScenarioRun
{
    private static readonly long ResendMicros = (long)SubmitPolicy.ResendDelay.TotalMicroseconds;

    // Receipts that fell due while a connection was down come within so long of its return.
    private const double LateReceipts = 5;

    private void Route(int place, bool first)
    {
        int connection = Place(place, first);
        if (connection >= 0) Pump(connection);
    }

    private int Place(int place, bool first)
    {
        ref SimMessage message = ref _messages[place];
        int connection = _policy.Choose(message, _time.Now);
        if (connection < 0)
        {
            GiveUp(place, LossKind.Refused);
            return -1;
        }

        message.Connection = connection;
        _lanes[connection].Add(place, message.Class, first);
        return connection;
    }

    private void Pump(int connection)
    {
        SimLane lane = _lanes[connection];
        while (lane.IsUp && lane.HasRoom && lane.Waiting > 0)
        {
            TimeSpan wait = lane.Pace.Wait;
            if (wait > TimeSpan.Zero)
            {
                long at = _time.Now + 1 + (long)wait.TotalMicroseconds;
                if (lane.WakeAt != 0 && lane.WakeAt <= at) return;
                lane.WakeAt = at;
                _events.Add(new(LabEventKind.Wake, connection, at));
                return;
            }

            if (!lane.TryTake(_messages, out int place)) return;
            if (_time.Now >= _messages[place].ValidUntil) GiveUp(place, LossKind.Expired);
            else if (lane.Pace.TryTake()) Submit(place, lane);
            else lane.Add(place, _messages[place].Class, first: true);
        }
    }

    private void Submit(int place, SimLane lane)
    {
        ref SimMessage message = ref _messages[place];
        long now = _time.Now;
        int preferred = _scenario.Orders[message.Network][0];
        if (message.Submits++ == 0 && message.Connection != preferred)
        {
            _counts.Moved++;
            if (_lanes[preferred].IsUp && _truth[preferred, message.Network].IsWell(now)) _counts.Needless++;
        }

        lane.Submitted(message.Network);
        message.SubmittedAt = now;
        message.Epoch = lane.Pace.Epoch;
        Draws draws = LuckOf(message, 0);
        message.Answer = _truth[message.Connection, message.Network].Answer(now, ref draws, out message.Status, out double took);
        double most = lane.Connection.ResponseTimeout.TotalSeconds;
        if (took > most) message.Answer = AnswerKind.Unanswered;
        if (message.Answer == AnswerKind.Unanswered) took = most;
        _policy.Submitted(message, now);
        _events.Add(new(LabEventKind.Answer, place, now + (long)(took * Second)));
    }

    private void Answer(int place)
    {
        ref SimMessage message = ref _messages[place];
        int connection = message.Connection;
        SimLane lane = _lanes[connection];
        if (lane.LostAt > message.SubmittedAt) message.Answer = AnswerKind.Unanswered;
        lane.Answered(message.Network);
        _policy.Answered(message, message.Answer, _time.Now);
        switch (message.Answer)
        {
            case AnswerKind.Accepted:
                lane.Pace.Accepted(message.Epoch);
                Accept(place);
                break;
            case AnswerKind.Throttled:
                lane.Pace.Throttled(message.Epoch);
                message.Prefer = -1;
                Route(place, first: true);
                break;
            case AnswerKind.Refused:
                message.RefusedBy |= 1u << connection;
                message.Prefer = -1;
                Route(place, first: false);
                break;
            default:
                Unknown(place);
                break;
        }

        Pump(connection);
    }

    // As unknown outcomes are dealt with by default: campaigns wait for ever, all others are sent again after a moment.
    private void Unknown(int place)
    {
        ref SimMessage message = ref _messages[place];
        message.SilentBy |= 1u << message.Connection;
        message.Prefer = message.Connection;
        if (message.Class == TrafficClass.Marketing || ++message.Unknown >= SubmitPolicy.MostUnknown) GiveUp(place, LossKind.Unknown);
        else _events.Add(new(LabEventKind.Again, place, _time.Now + ResendMicros));
    }

    private void Accept(int place)
    {
        ref SimMessage message = ref _messages[place];
        long now = message.SentAt = _time.Now;
        _counts.Cost += _scenario.Connections[message.Connection].Price;
        Draws draws = LuckOf(message, 1);
        MessageFate fate = message.Fate = _truth[message.Connection, message.Network].Fate(now, ref draws);
        _policy.Sent(message, now);
        long arrives = now + (long)(fate.EndsAfter * Second);
        _open--;
        if (fate.IsDelivered && arrives <= message.ValidUntil) _counts.Deliver(arrives - message.CreatedAt, message.IsHit);
        else _counts.Lose(fate.IsDelivered ? LossKind.Late : fate is { HasReceipt: true, SaysDelivered: true } ? LossKind.Faked : LossKind.Undelivered);
        if (fate.HasReceipt) Later(LabEventKind.Receipt, place, fate.ReceiptAfter);
        if (fate.IsConfirmed) Later(LabEventKind.Confirmation, place, fate.ConfirmedAfter);
        if (message.Pending == 0) _messages.Remove(place);
    }

    private void Later(LabEventKind kind, int place, double seconds)
    {
        _messages[place].Pending++;
        _events.Add(new(kind, place, _time.Now + (long)(seconds * Second)));
    }

    private void Tell(in LabEvent what)
    {
        ref SimMessage message = ref _messages[what.Item];
        message.Pending--;
        if (what.Kind == LabEventKind.Confirmation)
        {
            _policy.Confirmed(message, _time.Now);
        }
        else if (MuteUntil(message) is { } end)
        {
            Draws draws = LuckOf(message, 2);
            Later(LabEventKind.Receipt, what.Item, ((end - _time.Now) / Second) + (LateReceipts * draws.Next()));
            return;
        }
        else
        {
            _policy.Ended(message, message.Fate.SaysDelivered, _time.Now);
        }

        if (message.Pending == 0) _messages.Remove(what.Item);
    }

    // Nothing comes through a lost session, or from a carrier that hangs, until it is over.
    private long? MuteUntil(in SimMessage message)
    {
        long? end = null;
        foreach (ScenarioFault fault in _scenario.Faults)
        {
            bool isMute = fault.Fault is null or { IsStalled: true } && fault.Concerns(message.Connection, message.Network);
            if (isMute && _time.Now >= At(fault.At) && _time.Now < At(fault.End)) end = Math.Max(end ?? 0, At(fault.End));
        }

        return end;
    }

    private void GiveUp(int place, LossKind why)
    {
        ref SimMessage message = ref _messages[place];
        if (why == LossKind.Refused && message.Submits > 0) _policy.Ended(message, isDelivered: false, _time.Now);
        _counts.Lose(why);
        _open--;
        _messages.Remove(place);
    }

    // The same for the same message on the same connection, whoever sends it there; another one when it has to go again.
    private static Draws LuckOf(in SimMessage message, int what)
    {
        int again = message.Submits - BitOperations.PopCount(message.RefusedBy);
        return new(RoutingRehearsal.DrawOf((long)message.Draw, (((message.Connection * 4L) + what) * 1_000_003) + again));
    }
}
