using System.Runtime.InteropServices;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Routing.Rehearsal;

/// <summary>
/// Decides each message twice, by the plan in force and by a draft, and adds up what differs. Both decide under the same conditions: prices and
/// quality of now, every connection up and well, at the message's own time and with its own place in shares. Nothing is sent or stored, and the
/// gateway's own snapshot is not touched. One thread adds; <see cref="Messages"/> may be read by others.
/// </summary>
public sealed class RoutingRehearsal
{
    /// <summary>Half of a normal distribution's middle 95 % in standard deviations.</summary>
    public const double Interval = 1.96;

    private const int NoRoute = -1;
    private const int Denied = -2;

    private readonly RoutingSnapshot _before;
    private readonly RoutingSnapshot _after;
    private readonly KeptQuality _quality;
    private readonly KeptQuality.OfConnection[] _tallies;
    private readonly RankedCandidate[] _buffer;
    private readonly Dictionary<MoveKey, MoveCell> _moves = [];
    private readonly Dictionary<string, ActualCell> _actual = new(StringComparer.Ordinal);
    private long _messages;
    private long _segments;
    private long _redacted;

    /// <param name="inForce">What the gateway routes by: its plan, connections, prices, and quality.</param>
    /// <exception cref="ArgumentException">The draft names what is not there.</exception>
    public RoutingRehearsal(RoutingSnapshot inForce, RoutingPlan draft)
    {
        _quality = new(inForce.Sources.Quality);
        RoutingSources sources = inForce.Sources with { Quality = _quality };
        _before = new(inForce.Plan, inForce.Connections, sources, AllUsable.Instance);
        _after = new(draft, inForce.Connections, sources, AllUsable.Instance);
        _tallies = [.. inForce.Connections.Select(connection => _quality.Tallies(connection.Name))];
        _buffer = new RankedCandidate[Math.Max(_before.BufferSize, _after.BufferSize)];
    }

    /// <summary>Messages that were added.</summary>
    public long Messages => Volatile.Read(ref _messages);

    /// <summary>The place in shares of a message that has no id.</summary>
    /// <param name="row">Where it stands in its sample.</param>
    /// <param name="copy">Which of several like it, from 0.</param>
    public static ulong DrawOf(long row, long copy) => Shares.Mix(Shares.Mix((ulong)row) ^ (ulong)copy);

    /// <summary>The request of a message, for <see cref="Add(in RouteRequest)"/>.</summary>
    /// <param name="at">The moment of the decision, in microseconds.</param>
    /// <param name="draw">For a message without an id.</param>
    public RouteRequest RequestOf(MessageHead head, long at, ulong? draw = null)
    {
        Destination destination = E164.TryParse(head.To, out E164 number) ? _before.Sources.DestinationOf(number)
            : new(default, "", NumberType.Unknown, NetworkId.Unknown, NetworkSource.None);
        return RouteRequest.For(head, destination, at, draw);
    }

    /// <summary>Adds a message that was sent, and what became of it.</summary>
    /// <param name="taker">The connection that took it; null for none.</param>
    public void Add(MessageHead head, MessageState state, string? taker)
    {
        RouteRequest request = RequestOf(head, Math.Max(head.CreatedAt, head.SendAt));
        if (head.Body.Length == 0) _redacted++;
        ref ActualCell actual = ref CollectionsMarshal.GetValueRefOrAddDefault(_actual, taker ?? "", out _);
        int segments = SegmentsOf(head);
        actual.Messages++;
        actual.Segments += segments;
        if (state == MessageState.Delivered) actual.Delivered++;
        int place = taker is null ? -1 : _before.PlaceOf(taker);
        if (place >= 0 && _before.PriceOf(place, request) is { } price) actual.Cost += (Int128)price * segments;
        else if (taker is not null) actual.Unpriced++;
        Add(request);
    }

    /// <summary>Adds a message.</summary>
    public void Add(in RouteRequest request)
    {
        int segments = SegmentsOf(request.Head);
        int from = Decide(_before, request, out long? priceBefore);
        int to = Decide(_after, request, out long? priceAfter);
        ref MoveCell cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_moves, new(request.Destination.Country, from, to), out _);
        cell.Messages++;
        cell.Segments += segments;
        double chance = 0;
        if (from >= 0)
        {
            QualityTally tally = _tallies[from].TallyOf(request.Destination, request.Head.Class);
            tally.Before++;
            chance += Note(ref cell.Before, tally.Quality, priceBefore, segments);
        }

        if (to >= 0)
        {
            QualityTally tally = _tallies[to].TallyOf(request.Destination, request.Head.Class);
            tally.After++;
            chance += Note(ref cell.After, tally.Quality, priceAfter, segments);
        }

        if (from != to) cell.Chance += chance;
        _segments += segments;
        Volatile.Write(ref _messages, _messages + 1);
    }

    public RehearsalReport Report()
    {
        string[] countries = [.. _moves.Keys.Select(static key => key.Country).Distinct(StringComparer.Ordinal)];
        var byCountry = countries.Select(country => CountryOf(country, [.. _moves.Where(move => move.Key.Country == country)]));
        double chance = _moves.Values.Sum(static cell => cell.Chance);
        return new()
        {
            Messages = _messages,
            Segments = _segments,
            Moved = MovedOf(_moves),
            Redacted = _redacted,
            Currency = _before.Sources.Rates?.Currency ?? "",
            Before = SideOf(_moves, null, isAfter: false),
            After = SideOf(_moves, null, isAfter: true),
            Gain = _moves.Values.Sum(static cell => cell.After.Delivered - cell.Before.Delivered),
            GainError = Interval * Math.Sqrt(Doubt(null, static tally => tally.After - tally.Before) + chance),
            Moves = MovesOf(_moves),
            Countries = [.. byCountry.OrderByDescending(static one => one.Messages).ThenBy(static one => one.Country, StringComparer.Ordinal)],
            Actual = [.. _actual.Select(static one => new RehearsalActual(
                    one.Key, one.Value.Messages, one.Value.Segments, one.Value.Delivered, one.Value.Cost, one.Value.Unpriced))
                .OrderByDescending(static one => one.Messages).ThenBy(static one => one.Connection, StringComparer.Ordinal)],
        };
    }

    private static int SegmentsOf(MessageHead head) => Math.Max(head.SegmentCount, 1);

    private int Decide(RoutingSnapshot snapshot, in RouteRequest request, out long? price)
    {
        RouteVerdict verdict = snapshot.Decide(request, default, _buffer);
        price = null;
        if (verdict.Denial is not null) return Denied;
        if (verdict.Chosen < 0) return NoRoute;

        // A plan without rules looks at no prices.
        price = snapshot.PriceOf(verdict.Chosen, request);
        return verdict.Chosen;
    }

    // Returns the variance of one message's delivery.
    private static double Note(ref SideCell side, in RouteQuality quality, long? price, int segments)
    {
        double delivery = Math.Clamp(quality.Delivery, 0, 1);
        side.Delivered += delivery;
        if (!quality.IsMeasured) side.Unmeasured++;
        if (price is { } micros) side.Cost += (Int128)micros * segments;
        else side.Unpriced++;
        return delivery * (1 - delivery);
    }

    private RehearsalCountry CountryOf(string country, KeyValuePair<MoveKey, MoveCell>[] moves) => new(
        country, moves.Sum(static move => move.Value.Messages), MovedOf(moves), SideOf(moves, country, isAfter: false),
        SideOf(moves, country, isAfter: true), MovesOf(moves));

    private static long MovedOf(IEnumerable<KeyValuePair<MoveKey, MoveCell>> moves) =>
        moves.Sum(static move => move.Key.From != move.Key.To ? move.Value.Messages : 0);

    private RehearsalMove[] MovesOf(IEnumerable<KeyValuePair<MoveKey, MoveCell>> moves) =>
    [
        .. moves.GroupBy(static move => (move.Key.From, move.Key.To)).Select(pair => new RehearsalMove(
                NameOf(pair.Key.From), NameOf(pair.Key.To), pair.Sum(static move => move.Value.Messages), pair.Sum(static move => move.Value.Segments),
                Sum(pair, static cell => cell.Before.Cost), Sum(pair, static cell => cell.After.Cost)))
            .OrderByDescending(static move => move.Messages)
            .ThenBy(static move => move.From, StringComparer.Ordinal).ThenBy(static move => move.To, StringComparer.Ordinal),
    ];

    private RehearsalSide SideOf(IReadOnlyCollection<KeyValuePair<MoveKey, MoveCell>> moves, string? country, bool isAfter)
    {
        long routed = 0, noRoute = 0, denied = 0, unpriced = 0, unmeasured = 0;
        Int128 cost = 0;
        double delivered = 0;
        foreach ((MoveKey key, MoveCell cell) in moves)
        {
            int place = isAfter ? key.To : key.From;
            SideCell side = isAfter ? cell.After : cell.Before;
            if (place >= 0) routed += cell.Messages;
            else if (place == Denied) denied += cell.Messages;
            else noRoute += cell.Messages;
            unpriced += side.Unpriced;
            unmeasured += side.Unmeasured;
            cost += side.Cost;
            delivered += side.Delivered;
        }

        Func<QualityTally, long> count = isAfter ? static tally => tally.After : static tally => tally.Before;
        double chance = _tallies.Sum(connection => connection.All.Where(tally => country is null || tally.Country == country)
            .Sum(tally => count(tally) * tally.Quality.Delivery * (1 - tally.Quality.Delivery)));
        return new()
        {
            Routed = routed,
            NoRoute = noRoute,
            Denied = denied,
            Unpriced = unpriced,
            Unmeasured = unmeasured,
            Cost = cost,
            Delivered = delivered,
            Error = Interval * Math.Sqrt(Math.Max(0, Doubt(country, count) + chance)),
        };
    }

    // The variance of what is expected of so many messages each, by what is not known of the quality. What was measured is a key's own, and errs by
    // itself; what was not is the same guess for all of a connection, and errs as one.
    private double Doubt(string? country, Func<QualityTally, long> count)
    {
        double sum = 0;
        foreach (KeptQuality.OfConnection connection in _tallies)
        {
            double guessed = 0;
            foreach (QualityTally tally in connection.All)
            {
                if (country is not null && tally.Country != country) continue;
                double error = count(tally) * tally.Quality.StandardError;
                if (tally.Quality.IsMeasured) sum += error * error;
                else guessed += error;
            }

            sum += guessed * guessed;
        }

        return sum;
    }

    private static Int128 Sum(IEnumerable<KeyValuePair<MoveKey, MoveCell>> moves, Func<MoveCell, Int128> cost)
    {
        Int128 sum = 0;
        foreach (KeyValuePair<MoveKey, MoveCell> move in moves) sum += cost(move.Value);
        return sum;
    }

    private string NameOf(int place) => place switch
    {
        NoRoute => RehearsalMove.NoRoute,
        Denied => RehearsalMove.Denied,
        _ => _before.Connections[place].Name,
    };

    private readonly record struct MoveKey(string Country, int From, int To);

    private struct SideCell
    {
        public Int128 Cost;
        public long Unpriced;
        public long Unmeasured;
        public double Delivered;
    }

    private struct MoveCell
    {
        public SideCell Before;
        public SideCell After;
        public long Messages;
        public long Segments;

        // Of the messages that go elsewhere: the variance of their delivery, here and there.
        public double Chance;
    }

    private struct ActualCell
    {
        public Int128 Cost;
        public long Messages;
        public long Segments;
        public long Delivered;
        public long Unpriced;
    }
}
