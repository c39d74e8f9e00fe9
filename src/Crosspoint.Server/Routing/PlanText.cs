using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Crosspoint.Server.Routing;

/// <summary>A part of a plan's text: where it begins and ends.</summary>
/// <param name="Start">Place of its first character.</param>
/// <param name="End">Place after its last one, without the blanks and comments behind it.</param>
internal abstract record PlanPart(int Start, int End);

/// <summary>A single value; or an alias, which stands for a part elsewhere.</summary>
internal sealed record PlanValue(int Start, int End, string Text) : PlanPart(Start, End);

/// <param name="IsFlow">Written in brackets, as in JSON.</param>
internal sealed record PlanItems(int Start, int End, bool IsFlow, IReadOnlyList<PlanPart> Items) : PlanPart(Start, End);

/// <param name="IsFlow">Written in braces, as in JSON.</param>
internal sealed record PlanKeys(int Start, int End, bool IsFlow, IReadOnlyList<(PlanValue Key, PlanPart Value)> Entries) : PlanPart(Start, End)
{
    /// <summary>The value of a key; null when it is absent.</summary>
    public PlanPart? Find(string key)
    {
        foreach ((PlanValue name, PlanPart value) in Entries)
        {
            if (name.Text == key) return value;
        }

        return null;
    }
}

/// <summary>
/// Finds the parts of a plan in its text, so that one of them can be changed where it stands and the rest, comments too, stays as it was written.
/// </summary>
internal sealed class PlanText
{
    private readonly string _text;
    private readonly Parser _parser;

    private PlanText(string text, Parser parser) => (_text, _parser) = (text, parser);

    /// <summary>The keys of a text that is known to be a plan.</summary>
    public static PlanKeys? Read(string text)
    {
        using var reader = new StringReader(text);
        var parser = new Parser(reader);
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _)) return null;
        var root = new PlanText(text, parser).ReadPart() as PlanKeys;
        return root?.Entries is [{ Key.Text: "routing", Value: PlanKeys inner }] ? inner : root;
    }

    private PlanPart ReadPart()
    {
        ParsingEvent current = _parser.Consume<ParsingEvent>();
        int start = (int)current.Start.Index;
        switch (current)
        {
            case Scalar scalar:
                return new PlanValue(start, Trim(start, (int)scalar.End.Index), scalar.Value);
            case SequenceStart sequence:
                var items = new List<PlanPart>();
                SequenceEnd? end;
                while (!_parser.TryConsume<SequenceEnd>(out end)) items.Add(ReadPart());

                // The library says of a bracket that closes that it ends where it begins.
                bool isFlow = sequence.Style == SequenceStyle.Flow;
                return new PlanItems(start, isFlow ? (int)end!.Start.Index + 1 : items.Count > 0 ? items[^1].End : start, isFlow, items);
            case MappingStart mapping:
                var entries = new List<(PlanValue, PlanPart)>();
                MappingEnd? last;
                while (!_parser.TryConsume<MappingEnd>(out last))
                {
                    PlanPart key = ReadPart();
                    PlanPart value = ReadPart();
                    if (key is PlanValue name) entries.Add((name, value));
                }

                bool isInBraces = mapping.Style == MappingStyle.Flow;
                return new PlanKeys(start, isInBraces ? (int)last!.Start.Index + 1 : entries.Count > 0 ? entries[^1].Item2.End : start, isInBraces, entries);
            default:
                return new PlanValue(start, Trim(start, (int)current.End.Index), "");
        }
    }

    // Texts in several lines end where the next thing begins.
    private int Trim(int start, int end)
    {
        while (end > start && char.IsWhiteSpace(_text[end - 1])) end--;
        return end;
    }
}
