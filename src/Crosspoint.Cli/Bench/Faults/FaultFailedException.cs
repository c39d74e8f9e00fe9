namespace Crosspoint.Cli.Bench.Faults;

/// <summary>What a fault waits for did not come in time, or is not as it must be: the run of this fault fails, and the others go on.</summary>
internal sealed class FaultFailedException(string message) : Exception(message);
