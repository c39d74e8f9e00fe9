using System.Net;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Sessions;

/// <summary>What a client said in its bind (SMPP v3.4 §4.1). The password is left out of <see cref="ToString"/>.</summary>
/// <param name="Operation">Which of the three binds.</param>
/// <param name="SystemId">system_id, read as Latin-1.</param>
/// <param name="Password">password, read as Latin-1.</param>
/// <param name="SystemType">system_type, read as Latin-1.</param>
/// <param name="InterfaceVersion">interface_version: 0x34 is SMPP 3.4.</param>
/// <param name="AddrTon">addr_ton of the address range.</param>
/// <param name="AddrNpi">addr_npi of the address range.</param>
/// <param name="AddressRange">address_range, read as Latin-1.</param>
/// <param name="RemoteEndPoint">Where the client connects from.</param>
public sealed record BindCredentials(
    CommandId Operation,
    string SystemId,
    string Password,
    string SystemType,
    byte InterfaceVersion,
    byte AddrTon,
    byte AddrNpi,
    string AddressRange,
    EndPoint? RemoteEndPoint)
{
    /// <summary>Operation, system id and address of the client.</summary>
    public override string ToString() => $"{Operation} {SystemId} from {RemoteEndPoint}";
}
