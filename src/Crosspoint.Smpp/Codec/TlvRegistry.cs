using System.Collections.Frozen;
using System.Globalization;

namespace Crosspoint.Smpp.Codec;

/// <summary>The TLVs of a vendor beside those of the standard, by tag and by name.</summary>
public sealed class TlvRegistry
{
    private readonly FrozenDictionary<TlvTag, TlvDefinition> _byTag;
    private readonly FrozenDictionary<string, TlvDefinition> _byName;
    private readonly TlvDefinition[] _required;

    /// <summary>A registry.</summary>
    /// <param name="vendor">The vendor's definitions; names are compared without regard to case.</param>
    /// <exception cref="ArgumentException">A tag or name is given twice or is one of the standard, a name is empty, or lengths do not fit
    /// the kind.</exception>
    public TlvRegistry(IEnumerable<TlvDefinition> vendor)
    {
        ArgumentNullException.ThrowIfNull(vendor);
        var byTag = new Dictionary<TlvTag, TlvDefinition>();
        var byName = new Dictionary<string, TlvDefinition>(StringComparer.OrdinalIgnoreCase);
        foreach (TlvDefinition definition in vendor)
        {
            string tag = string.Create(CultureInfo.InvariantCulture, $"0x{(ushort)definition.Tag:X4}");
            Refuse(string.IsNullOrWhiteSpace(definition.Name), $"TLV {tag} has no name.");
            Refuse(TlvDefinitions.Find(definition.Tag) is not null, $"TLV {tag} is one of the standard.");
            Refuse(TlvDefinitions.Find(definition.Name) is not null, $"TLV {definition.Name} is one of the standard.");
            bool fits = TlvDefinition.FixedLength(definition.Kind) is { } length
                ? definition.MinLength == length && definition.MaxLength == length
                : definition.MinLength >= 0 && definition.MaxLength >= definition.MinLength && definition.MaxLength <= ushort.MaxValue;
            Refuse(!fits, $"The lengths of TLV {definition.Name} do not fit its kind.");
            Refuse(!byTag.TryAdd(definition.Tag, definition), $"TLV {tag} is given twice.");
            Refuse(!byName.TryAdd(definition.Name, definition), $"TLV {definition.Name} is given twice.");
        }

        _byTag = byTag.ToFrozenDictionary();
        _byName = byName.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _required = [.. byTag.Values.Where(definition => definition.IsRequired)];
    }

    /// <summary>The definition of a tag, the vendor's or the standard's; null when there is none.</summary>
    public TlvDefinition? Find(TlvTag tag) => _byTag.TryGetValue(tag, out TlvDefinition? found) ? found : TlvDefinitions.Find(tag);

    /// <summary>The definition of a name, the vendor's or the standard's; null when there is none.</summary>
    public TlvDefinition? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _byName.TryGetValue(name, out TlvDefinition? found) ? found : TlvDefinitions.Find(name);
    }

    /// <summary>Checks the TLVs of a PDU: as <see cref="TlvReader.Check"/>, and then the vendor's.</summary>
    /// <param name="area">Everything behind the mandatory fields.</param>
    /// <returns>Ok, or RINVTLVSTREAM, RINVTLVLEN, RINVTLVVAL, or RMISSINGTLV when a required one is not there.</returns>
    public DecodeResult Check(ReadOnlySpan<byte> area)
    {
        DecodeResult result = TlvReader.Check(area);
        if (!result.IsOk) return result;
        var reader = new TlvReader(area);
        foreach (Tlv tlv in reader)
        {
            if (!_byTag.TryGetValue(tlv.Tag, out TlvDefinition? definition)) continue;
            result = definition.Check(tlv.Value);
            if (!result.IsOk) return result;
        }

        foreach (TlvDefinition definition in _required)
        {
            if (!reader.TryGet(definition.Tag, out _)) return new DecodeResult(CommandStatus.MissingTlv);
        }

        return DecodeResult.Ok;
    }

    private static void Refuse(bool isWrong, string why)
    {
        if (isWrong) throw new ArgumentException(why);
    }
}
