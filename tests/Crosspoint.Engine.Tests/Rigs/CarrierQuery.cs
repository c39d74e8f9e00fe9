using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Engine.Tests.Rigs;

/// <summary>A query_sm as the scripted carrier read it.</summary>
/// <param name="Source">Type of number, numbering plan and digits of source_addr, with slashes between.</param>
internal sealed record CarrierQuery(SmppSession Session, PduHeader Header, string MessageId, string Source);
