namespace Crosspoint.Engine.Numbers;

/// <summary>
/// Which columns of a file say what: names of its header, or places from 1 on. Where nothing is given the usual names of headers are looked
/// for.
/// </summary>
public sealed record PortedColumns
{
    /// <summary>A whole number.</summary>
    public string? Number { get; init; }

    /// <summary>The first number of a range.</summary>
    public string? From { get; init; }

    /// <summary>The last number of a range, which has as many digits as the first.</summary>
    public string? To { get; init; }

    /// <summary>Digits that numbers begin with.</summary>
    public string? Prefix { get; init; }

    /// <summary>MCC and MNC together, or a name that the import is given the network of.</summary>
    public string? Network { get; init; }

    /// <summary>Mobile country code, beside <see cref="Mnc"/>.</summary>
    public string? Mcc { get; init; }

    /// <summary>Mobile network code, beside <see cref="Mcc"/>.</summary>
    public string? Mnc { get; init; }
}
