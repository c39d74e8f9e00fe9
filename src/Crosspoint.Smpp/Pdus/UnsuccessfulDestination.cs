using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>One destination that submit_multi could not be submitted to (SMPP v3.4 §4.5.2.1).</summary>
/// <param name="address">The destination.</param>
/// <param name="status">error_status_code: why.</param>
public readonly ref struct UnsuccessfulDestination(SmppAddress address, CommandStatus status)
{
    /// <summary>The destination.</summary>
    public SmppAddress Address { get; } = address;

    /// <summary>error_status_code: why.</summary>
    public CommandStatus Status { get; } = status;
}
