using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// One look through the journal for the messages of a query: what it may still cost, and a first sieve that works on the stored octets, since most
/// rows of a search are not wanted.
/// </summary>
internal sealed class MessageSearch
{
    /// <summary>Rows that one call looks at. A page that is not full by then ends there and says where to go on.</summary>
    private const int MostRows = 200_000;

    /// <summary>The same in time, where the rows are long, many of them must be read whole, or the disk is slow.</summary>
    private static readonly TimeSpan MostTime = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly byte[]? _from;
    private readonly byte[]? _tag;
    private readonly byte[]? _connection;
    private int _rows = MostRows;

    public MessageSearch(MessageQuery query, TimeProvider time)
    {
        Query = query;
        _time = time;
        _started = time.GetTimestamp();
        _from = OctetsOf(query.From);
        _tag = OctetsOf(query.Tag);
        _connection = OctetsOf(query.Connection);
    }

    public MessageQuery Query { get; }

    /// <summary>Nothing more is to be looked at in this call, which has looked at something: else its cursor would lead nowhere.</summary>
    public bool IsOver => _rows <= 0 || (_rows < MostRows && _time.GetElapsedTime(_started) >= MostTime);

    /// <summary>How many of so many rows may be looked at; they are counted.</summary>
    public int Take(int rows)
    {
        rows = Math.Min(rows, _rows);
        _rows -= rows;
        return rows;
    }

    /// <summary>False for what the query does not ask for; true means that the message must be looked at.</summary>
    public bool MayPass(ReadOnlySpan<byte> head, ReadOnlySpan<byte> progress)
    {
        if (!Query.PassesState(MessageCodec.ReadState(progress))) return false;
        if (Query.ErrorCode is { } code && MessageCodec.ReadErrorCode(progress) != code) return false;
        HeadGlance glance = MessageCodec.Glance(head);
        if (Query.Direction is { } direction && glance.Direction != direction) return false;
        if (Query.Class is { } trafficClass && glance.Class != trafficClass) return false;
        if (_from is not null && !glance.From.SequenceEqual(_from)) return false;
        if (_tag is not null && !glance.HasTag(_tag)) return false;
        return _connection is null
            ? !glance.IsCopy
            : glance.Connection.SequenceEqual(_connection) || MessageCodec.WasTriedOn(progress, Query.Connection!);
    }

    private static byte[]? OctetsOf(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}
