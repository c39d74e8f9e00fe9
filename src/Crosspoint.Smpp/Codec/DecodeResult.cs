namespace Crosspoint.Smpp.Codec;

/// <summary>Whether a body could be read, and if not, which command_status to answer. Decoding never throws.</summary>
/// <param name="Status"><see cref="CommandStatus.Ok"/>, or the status that tells the peer what is wrong with its PDU.</param>
public readonly record struct DecodeResult(CommandStatus Status)
{
    /// <summary>The body was read.</summary>
    public static DecodeResult Ok => default;

    /// <summary>True when the body was read.</summary>
    public bool IsOk => Status == CommandStatus.Ok;
}
