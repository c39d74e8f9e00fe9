using System.Globalization;

namespace Crosspoint.Engine.Health.Failover;

/// <summary>What an operator may order of a cell.</summary>
public enum HealthOrderKind : byte
{
    /// <summary>It counts as healthy, whatever is noticed.</summary>
    Pin,

    /// <summary>It stays in a state, whatever is noticed.</summary>
    Force,

    /// <summary>It takes nothing, even where no other is left.</summary>
    Forbid,
}

/// <summary>An order of the operator, which ends by itself.</summary>
/// <param name="Cell">
/// Of all classes. Without a country: all that the connection carries; without a network: all networks of the country.
/// </param>
/// <param name="State">Of <see cref="HealthOrderKind.Force"/>: healthy, degraded or suspended.</param>
/// <param name="Share">What a cell that is forced to be degraded takes of its usual messages.</param>
/// <param name="Until">Wall time in microseconds.</param>
/// <param name="By">Who ordered it.</param>
/// <param name="At">Wall time in microseconds.</param>
public sealed record HealthOrder(HealthCell Cell, HealthOrderKind Kind, CellState State, double Share, long Until, string By, string Note, long At)
{
    /// <summary>How the cell counts while the order holds.</summary>
    public CellState Effective => Kind switch
    {
        HealthOrderKind.Pin => CellState.Healthy,
        HealthOrderKind.Forbid => CellState.Suspended,
        _ => State,
    };

    /// <summary>What it takes meanwhile.</summary>
    public double EffectiveShare => Effective switch
    {
        CellState.Healthy => 1,
        CellState.Degraded => Share,
        _ => 0,
    };

    /// <summary>For people: <c>forbidden by anna until 2026-11-22 14:00:00 UTC: contract ended</c>.</summary>
    public override string ToString()
    {
        string what = Kind switch
        {
            HealthOrderKind.Pin => "pinned",
            HealthOrderKind.Forbid => "forbidden",
            _ => $"forced to be {State.ToString().ToLowerInvariant()}",
        };
        string until = DateTime.UnixEpoch.AddMicroseconds(Until).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return $"{what} by {By} until {until} UTC{(Note.Length == 0 ? "" : $": {Note}")}";
    }
}
