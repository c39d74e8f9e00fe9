namespace Crosspoint.Cli.Bench.Faults;

/// <summary>Settings of a run.</summary>
/// <param name="Seconds">Time under load for each fault.</param>
/// <param name="Rate">Messages a second.</param>
/// <param name="Limit">Longest wait for everything to come to an end after the load; also the longest wait for any single step.</param>
internal sealed record FaultSettings(TimeSpan Seconds, double Rate, int Seed, TimeSpan Limit);
