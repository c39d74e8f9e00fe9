using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Stores;

/// <summary>Which rows of health are read. Null for all.</summary>
public readonly record struct HistoryFilter(string? Connection = null, string? Country = null, NetworkId? Network = null, TrafficClass? Class = null)
{
    public bool Fits(in HistoryCell cell) =>
        (Connection is null || Connection == cell.Connection)
        && (Country is null || Country == cell.Country)
        && (Network is null || Network == cell.Network)
        && (Class is null || Class == cell.Class);
}
