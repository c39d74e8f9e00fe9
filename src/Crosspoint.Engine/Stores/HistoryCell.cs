using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Stores;

/// <summary>What a stored row of health is of.</summary>
/// <param name="Country">ISO 3166-1 alpha-2, or what stands for one that is not known.</param>
public readonly record struct HistoryCell(string Connection, string Country, NetworkId Network, TrafficClass Class);
