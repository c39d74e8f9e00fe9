using Crosspoint.Engine.Stores;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Engine.Receipts;

/// <summary>Keeps a PDU that nobody claims, then answers it.</summary>
internal sealed class KeepOrphan(SmppSession session, PduHeader header, OrphanPdu orphan) : Transition
{
    public override void Apply(IJournalTransaction transaction) => transaction.KeepOrphan(orphan);

    public override void Committed() => session.Respond(header, CommandStatus.Ok, default);

    public override void Failed(StoreFailure failure) => session.Respond(header, CommandStatus.ReceiverTemporaryError, default);
}
