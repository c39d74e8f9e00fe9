using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Customers;

/// <summary>Writes the end of a delivery into the message's record.</summary>
/// <param name="queue">Told when it is on disk; null for a delivery that is not in memory.</param>
internal sealed class RecordBindTry(CustomerQueue? queue, BindJob job, DeliveryState state, uint status) : Transition
{
    public override bool IsRequired => true;

    public override void Apply(IJournalTransaction transaction)
    {
        // The account may have deleted the message meanwhile.
        if (transaction.Find(job.Head.Id.Key) is not { } message) return;
        foreach (BindDelivery delivery in message.BindDeliveries)
        {
            bool isIt = delivery.EventNumber == job.EventNumber && delivery.Part == job.Part && delivery.State == DeliveryState.Pending;
            if (!isIt) continue;
            (delivery.State, delivery.Tries, delivery.LastAt, delivery.LastStatus) = (state, job.Tries, transaction.Now, status);
            transaction.Save(message);
            return;
        }
    }

    public override void Committed() => queue?.Recorded(job);

    public override void Failed(StoreFailure failure) => queue?.NotRecorded(job);
}
