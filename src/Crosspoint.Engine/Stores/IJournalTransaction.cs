using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Stores;

/// <summary>What a transition may read and write. Valid only inside <see cref="Transition.Apply"/>.</summary>
public interface IJournalTransaction
{
    /// <summary>Wall time of this group, in microseconds; never less than that of the group before.</summary>
    long Now { get; }

    /// <summary>A new id; its key is greater than every key in the journal.</summary>
    MessageId NextId();

    /// <summary>The live message with that key, or null. Changes made to it are kept only after <see cref="Save"/>.</summary>
    Message? Find(long key);

    /// <summary>Adds a message that was made with <see cref="NextId"/>.</summary>
    void Insert(Message message);

    /// <summary>Marks a message as changed. Its row is written once a group, however often it changed.</summary>
    void Save(Message message);

    /// <summary>Removes a message and everything that points to it.</summary>
    void Delete(Message message);

    /// <summary>
    /// Notes that a vendor calls a segment by this id. The journal keeps the normalised form; the same vendor id may come again for another
    /// message.
    /// </summary>
    /// <param name="group">The connection group whose ids these are.</param>
    void Correlate(string group, string vendorId, long key, int segment);

    /// <summary>
    /// Segments whose vendor id a receipt writes so. Where the format is not known: first by the normalised text itself, then by its other
    /// numeric forms (hexadecimal read as decimal and the reverse), which may mean other messages. Of each form the newest message first,
    /// at most 8. The caller compares the recipient.
    /// </summary>
    /// <param name="vendorId">The id as the receipt writes it.</param>
    IReadOnlyList<CorrelationHit> FindCorrelated(string group, string vendorId, VendorIdFormat format = VendorIdFormat.Auto);

    /// <summary>Keeps a receipt that matches no segment yet.</summary>
    void Park(ParkedReceipt receipt);

    /// <summary>
    /// Takes out the parked receipts for this vendor id in the form that the format of each says (every numeric form where it is not
    /// known), oldest first; of each form the 8 that were parked last. Those of other messages among them are to be parked again.
    /// </summary>
    /// <param name="vendorId">The id as the vendor's answer writes it.</param>
    IReadOnlyList<ParkedReceipt> TakeParked(string group, string vendorId);

    /// <summary>Keeps a raw PDU that nobody claims (an inbound message for an unknown number), for people to look at.</summary>
    void KeepOrphan(OrphanPdu orphan);

    /// <summary>The outcome stored for an idempotency key of the last 24 hours, or null.</summary>
    IdempotencyRecord? FindIdempotent(string account, string idempotencyKey);

    /// <summary>Stores the outcome of an idempotency key.</summary>
    void PutIdempotent(IdempotencyRecord record);

    /// <summary>
    /// Keeps a number under a name until another takes its place; 0 forgets it. For what must survive a restart and belongs to no message.
    /// </summary>
    void PutMark(string name, long value);

    /// <summary>
    /// Stores one part of an inbound message and returns all parts stored under that key so far (this one included), in order of part
    /// number. A part that is already there is not stored again.
    /// </summary>
    IReadOnlyList<InboundPart> AddInboundPart(InboundPart part);

    /// <summary>Removes the parts of an inbound message that is complete or given up.</summary>
    void RemoveInboundParts(string partKey);

    /// <summary>Stores how far a reader of the event log has come; see <see cref="IEventLog.FindPositionAsync"/>.</summary>
    /// <param name="name">The reader's own name.</param>
    void PutPosition(string name, long sequence);
}
