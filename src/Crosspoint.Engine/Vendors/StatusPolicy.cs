using System.Collections.Frozen;

namespace Crosspoint.Engine.Vendors;

/// <summary>
/// What a connection does with each <c>command_status</c> (SMPP v3.4 §5.1.3). Immutable; a look-up takes constant time and allocates nothing.
/// </summary>
public sealed class StatusPolicy
{
    /// <summary>The highest status that a range may reach. The standard's end at 0x4FF; single statuses may have any value.</summary>
    public const uint HighestInRange = 0xFFFF;

    private readonly StatusAction[] _low;
    private readonly FrozenDictionary<uint, StatusAction> _high;
    private readonly StatusAction _unnamed;

    /// <param name="named">Statuses and their actions; they go before the trade's usual ones.</param>
    /// <param name="unnamed">Action for statuses that neither <paramref name="named"/> nor the usual reading names.</param>
    public StatusPolicy(IReadOnlyDictionary<uint, StatusAction> named, StatusAction unnamed)
    {
        _unnamed = unnamed;
        uint highest = 0x102;
        foreach (uint status in named.Keys) highest = status <= HighestInRange ? Math.Max(highest, status) : highest;
        _low = new StatusAction[highest + 1];
        for (uint status = 0; status <= highest; status++) _low[status] = Usual(status) ?? unnamed;
        var high = new Dictionary<uint, StatusAction>();
        foreach ((uint status, StatusAction action) in named)
        {
            if (status == 0) throw new ArgumentException("ESME_ROK is no refusal.", nameof(named));
            if (status <= highest) _low[status] = action;
            else high[status] = action;
        }

        _high = high.ToFrozenDictionary();
    }

    /// <summary>The trade's usual reading: what nothing else is said for goes to the next candidate.</summary>
    public static StatusPolicy Default { get; } = new(new Dictionary<uint, StatusAction>(), StatusAction.Next);

    /// <summary>What to do with an answer.</summary>
    public StatusAction ActionOf(uint status)
    {
        if (status < (uint)_low.Length) return _low[status];
        return _high.TryGetValue(status, out StatusAction action) ? action : _unnamed;
    }

    private static StatusAction? Usual(uint status) => status switch
    {
        0 => StatusAction.Accept,

        // ESME_RTHROTTLED, ESME_RMSGQFUL: carriers use both for "too fast".
        0x58 or 0x14 => StatusAction.SlowDown,

        // RSYSERR, RSUBMITFAIL, RX_T_APPN, RDELIVERYFAILURE, RSERTYPUNAVAIL.
        0x08 or 0x45 or 0x64 or 0xFE or 0x102 => StatusAction.Retry,

        // RINVBNDSTS, RALYBND, RBINDFAIL, RINVPASWD, RINVSYSID, RINVSYSTYP.
        0x04 or 0x05 or 0x0D or 0x0E or 0x0F or 0x53 => StatusAction.Suspend,
        _ => null,
    };
}
