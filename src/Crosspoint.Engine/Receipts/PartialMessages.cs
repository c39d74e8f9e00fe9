using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Receipts;

/// <summary>
/// Long inbound messages that are not whole yet, by account, oldest first, so that none can fill the journal with beginnings. What a former
/// run of the process left is not counted: it is given up within minutes. Touched only by the journal's completion loop.
/// </summary>
internal sealed class PartialMessages
{
    /// <summary>
    /// Partial messages of one account: the ten minutes that parts are waited for, at a hundred messages a minute that all lack one.
    /// </summary>
    public const int MostPerAccount = 1_000;

    private readonly Dictionary<string, Pending> _byAccount = new(StringComparer.Ordinal);

    /// <summary>Notes a stored part.</summary>
    /// <returns>The first part of the oldest message when there are too many; it is forgotten here.</returns>
    public InboundPart? Add(string accountSid, InboundPart part)
    {
        if (!_byAccount.TryGetValue(accountSid, out Pending? pending)) _byAccount[accountSid] = pending = new();
        if (pending.ByKey.ContainsKey(part.PartKey)) return null;
        pending.ByKey.Add(part.PartKey, pending.Order.AddLast(part));
        if (pending.ByKey.Count <= MostPerAccount) return null;
        InboundPart oldest = pending.Order.First!.Value;
        Remove(accountSid, oldest.PartKey);
        return oldest;
    }

    /// <summary>The message is whole, or given up.</summary>
    public void Remove(string accountSid, string partKey)
    {
        if (_byAccount.TryGetValue(accountSid, out Pending? pending)
            && pending.ByKey.Remove(partKey, out LinkedListNode<InboundPart>? node)) pending.Order.Remove(node);
    }

    private sealed class Pending
    {
        public Dictionary<string, LinkedListNode<InboundPart>> ByKey { get; } = new(StringComparer.Ordinal);

        public LinkedList<InboundPart> Order { get; } = new();
    }
}
