using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Messages;

/// <summary>
/// The stored form of decisions: the candidates with their codes, and apart from it what only decisions by rules have, so that the others are
/// stored as they always were.
/// </summary>
internal static class DecisionCodec
{
    private const byte FactsFlag = 1;
    private const byte SellPriceFlag = 2;
    private const byte CopyFlag = 4;
    private const byte DenialFlag = 8;
    private const byte CopyDroppedFlag = 16;

    private const byte PriceFlag = 1;
    private const byte QualityFlag = 2;
    private const byte ShadowFlag = 4;
    private const byte HealthFlag = 8;
    private const byte ListFlag = 16;
    private const byte DrawnFlag = 32;
    private const byte NoteFlag = 64;

    public static bool HasDetails(RouteDecision decision)
    {
        if (decision.Facts is not null) return true;
        for (int i = 0; i < decision.Candidates.Count; i++)
        {
            if (FlagsOf(decision.Candidates[i]) != 0) return true;
        }

        return false;
    }

    public static void Write(RouteDecision decision, MessageBuffer buffer)
    {
        buffer.WriteSigned(decision.PlanRevision);
        buffer.WriteName(decision.Rule);
        IReadOnlyList<RouteCandidate> candidates = decision.Candidates;
        buffer.WriteUnsigned((uint)candidates.Count);
        for (int i = 0; i < candidates.Count; i++)
        {
            buffer.WriteName(candidates[i].Connection);
            buffer.WriteByte((byte)candidates[i].Code);
        }
    }

    public static RouteDecision Read(ref MessageBytes reader)
    {
        long revision = reader.ReadSigned();
        string rule = Required(reader.ReadName());
        var candidates = new RouteCandidate[reader.ReadCount()];
        for (int i = 0; i < candidates.Length; i++)
        {
            string name = Required(reader.ReadName());
            candidates[i] = new(name, (CandidateCode)reader.ReadByte());
        }

        return new(revision, rule, candidates);
    }

    /// <summary>Goes over what <see cref="Read"/> would read.</summary>
    public static void Skip(ref MessageBytes reader)
    {
        reader.ReadSigned();
        reader.ReadName();
        for (int left = reader.ReadCount(); left > 0; left--)
        {
            reader.ReadName();
            reader.ReadByte();
        }
    }

    public static void WriteDetails(RouteDecision decision, MessageBuffer buffer)
    {
        WriteFacts(decision.Facts, buffer);
        for (int i = 0; i < decision.Candidates.Count; i++)
        {
            RouteCandidate candidate = decision.Candidates[i];
            buffer.WriteByte(FlagsOf(candidate));
            if (candidate.Price is { } price) buffer.WriteSigned(price);
            if (candidate.Quality is { } quality) buffer.WriteUnsigned((uint)quality);
            if (candidate.HealthLoss != 0) buffer.WriteUnsigned((uint)candidate.HealthLoss);
            if (candidate.List != 0) buffer.WriteUnsigned((uint)candidate.List);
            if (candidate.Drawn is { } drawn) buffer.WriteUnsigned((uint)drawn);
            if (candidate.HealthNote is { } note) buffer.WriteText(note);
        }
    }

    public static RouteDecision ReadDetails(RouteDecision decision, ref MessageBytes reader)
    {
        RouteFacts? facts = ReadFacts(ref reader);
        var candidates = new RouteCandidate[decision.Candidates.Count];
        for (int i = 0; i < candidates.Length; i++)
        {
            byte flags = reader.ReadByte();
            candidates[i] = decision.Candidates[i] with
            {
                Price = (flags & PriceFlag) == 0 ? null : reader.ReadSigned(),
                Quality = (flags & QualityFlag) == 0 ? null : reader.ReadInt32(),
                HealthLoss = (flags & HealthFlag) == 0 ? 0 : reader.ReadInt32(),
                List = (flags & ListFlag) == 0 ? 0 : reader.ReadInt32(),
                Drawn = (flags & DrawnFlag) == 0 ? null : reader.ReadInt32(),
                HealthNote = (flags & NoteFlag) == 0 ? null : reader.ReadText(),
                IsShadow = (flags & ShadowFlag) != 0,
            };
        }

        return decision with { Candidates = candidates, Facts = facts };
    }

    private static byte FlagsOf(in RouteCandidate candidate) => (byte)((candidate.Price is null ? 0 : PriceFlag)
        | (candidate.Quality is null ? 0 : QualityFlag)
        | (candidate.IsShadow ? ShadowFlag : 0)
        | (candidate.HealthLoss == 0 ? 0 : HealthFlag)
        | (candidate.List == 0 ? 0 : ListFlag)
        | (candidate.Drawn is null ? 0 : DrawnFlag)
        | (candidate.HealthNote is null ? 0 : NoteFlag));

    private static void WriteFacts(RouteFacts? facts, MessageBuffer buffer)
    {
        if (facts is null)
        {
            buffer.WriteByte(0);
            return;
        }

        buffer.WriteByte((byte)(FactsFlag
            | (facts.SellPrice is null ? 0 : SellPriceFlag)
            | (facts.CopyTo is null ? 0 : CopyFlag)
            | (facts.IsCopyDropped ? CopyDroppedFlag : 0)
            | (facts.DenyCode == 0 && facts.DenyReason is null ? 0 : DenialFlag)));
        buffer.WriteUnsigned(facts.PlanMark);
        buffer.WriteName(facts.Currency);
        buffer.WriteName(facts.Country);
        buffer.WriteByte((byte)facts.NumberType);
        buffer.WriteName(facts.Network);
        buffer.WriteByte((byte)facts.Source);
        buffer.WriteUnsigned((uint)facts.Conditions);
        if (facts.SellPrice is { } sell) buffer.WriteSigned(sell);
        if (facts.CopyTo is not null) buffer.WriteName(facts.CopyTo);
        if (facts.DenyCode == 0 && facts.DenyReason is null) return;
        buffer.WriteUnsigned((uint)facts.DenyCode);
        buffer.WriteName(facts.DenyReason);
    }

    private static RouteFacts? ReadFacts(ref MessageBytes reader)
    {
        byte flags = reader.ReadByte();
        if ((flags & FactsFlag) == 0) return null;
        return new()
        {
            PlanMark = reader.ReadUInt32(),
            Currency = Required(reader.ReadName()),
            Country = Required(reader.ReadName()),
            NumberType = (NumberType)reader.ReadByte(),
            Network = Required(reader.ReadName()),
            Source = (NetworkSource)reader.ReadByte(),
            Conditions = reader.ReadInt32(),
            SellPrice = (flags & SellPriceFlag) == 0 ? null : reader.ReadSigned(),
            CopyTo = (flags & CopyFlag) == 0 ? null : reader.ReadName(),
            IsCopyDropped = (flags & CopyDroppedFlag) != 0,
            DenyCode = (flags & DenialFlag) == 0 ? 0 : reader.ReadInt32(),
            DenyReason = (flags & DenialFlag) == 0 ? null : reader.ReadName(),
        };
    }

    private static string Required(string? text) => text ?? throw MessageBytes.Damaged("a text is missing");
}
