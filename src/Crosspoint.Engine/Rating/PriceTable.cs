using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Rating;

/// <summary>
/// The rows of a deck that hold at a moment, in the base currency, made for look-ups: networks by hash, countries by place, and prefixes as the
/// ranges of numbers that each of them is the longest for, found through the first digits and a short binary search.
/// </summary>
internal sealed class PriceTable
{
    // Ranges under one entry of the index: few enough for one line of the processor's cache or two.
    private const int RangesPerBucket = 8;
    private const int MostIndexDigits = 6;

    private readonly RateDeck _deck;
    private readonly CurrencyTable _currencies;
    private readonly long _from;
    private readonly long _until;
    private readonly int[] _rows;
    private readonly long[] _micros;
    private readonly Dictionary<NetworkId, int> _byNetwork = [];
    private readonly int[]? _byCountry;

    private readonly ulong[] _starts = [];
    private readonly int[] _rangePlaces = [];
    private readonly int[] _parents = [];
    private readonly int[] _index = [0, 0];
    private readonly ulong _bucketWidth = ulong.MaxValue;
    private readonly int _firstPrefix;

    private PriceTable(RateDeck deck, CurrencyTable currencies, long moment, HashSet<string> unknownCurrencies)
    {
        _deck = deck;
        _currencies = currencies;
        _from = moment;
        _until = Math.Min(deck.NextAfter(moment), currencies.NextAfter(moment));
        (_rows, _micros) = Convert(deck, currencies, moment, unknownCurrencies);
        int place = 0;
        for (; place < _rows.Length && KeyAt(place).Kind == RateKeyKind.Network; place++) _byNetwork.Add(KeyAt(place).Network, place);
        _firstPrefix = place;
        while (place < _rows.Length && KeyAt(place).Kind == RateKeyKind.Prefix) place++;
        if (place > _firstPrefix)
        {
            _parents = new int[place - _firstPrefix];
            (_starts, _rangePlaces) = CutRanges(place);
            (_index, _bucketWidth) = Index(_starts);
        }

        for (; place < _rows.Length; place++)
        {
            _byCountry ??= Filled(RateKey.CountryCount);
            _byCountry[KeyAt(place).CountryIndex] = place;
        }
    }

    public int Count => _rows.Length;

    public RateDeck Deck => _deck;

    /// <summary>Makes the table of a moment, or gives the earlier one where nothing differs.</summary>
    /// <param name="unknownCurrencies">Gets the currencies whose price is not known: their rows count as missing.</param>
    public static PriceTable Compile(
        RateDeck deck, CurrencyTable currencies, long moment, PriceTable? earlier, HashSet<string> unknownCurrencies)
    {
        bool isSame = earlier is not null && earlier._deck == deck && earlier._currencies == currencies
            && moment >= earlier._from && moment < earlier._until && earlier.MissingCurrency is null;
        return isSame ? earlier! : new(deck, currencies, moment, unknownCurrencies);
    }

    /// <summary>A currency that had no price when this was made; null for none.</summary>
    public string? MissingCurrency { get; private set; }

    /// <summary>
    /// Finds the row for a destination: its network's, however the network is known; else that of the longest prefix; else its country's.
    /// </summary>
    /// <returns>The row's place here; -1 for none.</returns>
    public int Find(in Destination destination)
    {
        return destination.Network.IsKnown && _byNetwork.Count > 0 && _byNetwork.TryGetValue(destination.Network, out int place)
            ? place
            : FindBesideNetworks(destination);
    }

    /// <summary>The networks that have rows, and their prices.</summary>
    public IEnumerable<(NetworkId Network, long Micros)> Networks => _byNetwork.Select(entry => (entry.Key, _micros[entry.Value]));

    /// <summary>The countries that have rows, by <see cref="RateKey.IndexOf"/>, and their prices.</summary>
    public IEnumerable<(int Country, long Micros)> Countries =>
        (_byCountry ?? []).Index().Where(static entry => entry.Item >= 0).Select(entry => (entry.Index, _micros[entry.Item]));

    public long MicrosAt(int place) => _micros[place];

    public RateRow RowAt(int place) => _deck[_rows[place]];

    private RateKey KeyAt(int place) => RateKey.FromValue(_deck.Keys[_rows[place]]);

    private int FindBesideNetworks(in Destination destination)
    {
        if (FindPrefix(destination.Number) is >= 0 and var place) return place;
        if (_byCountry is null) return -1;
        int country = RateKey.IndexOf(destination.Country);
        return country < 0 ? -1 : _byCountry[country];
    }

    /// <summary>The row of the longest prefix of a number; -1 for none.</summary>
    public int FindPrefix(E164 number)
    {
        ulong digits = number.Digits;
        if (digits == 0 || _starts.Length == 0) return -1;
        int length = number.Length;
        ulong value = RateKey.Justify(digits, length);
        ulong bucket = value / _bucketWidth;
        int low = _index[bucket];
        int high = _index[bucket + 1];

        // The last range that begins at the value or before: it may begin before the bucket.
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_starts[middle] <= value) low = middle + 1;
            else high = middle;
        }

        int place = low == 0 ? -1 : _rangePlaces[low - 1];

        // A prefix may be longer than a short number that is, filled up with zeros, in its range.
        while (place >= 0 && KeyAt(place).PrefixLength > length) place = _parents[place - _firstPrefix];
        return place;
    }

    private (int[] Rows, long[] Micros) Convert(RateDeck deck, CurrencyTable currencies, long moment, HashSet<string> unknownCurrencies)
    {
        long[] rates = Array.ConvertAll(deck.CurrencyCodes, code => currencies.RateAt(code, moment));
        int[] rows = deck.RowsAt(moment);
        var micros = new long[rows.Length];
        int count = 0;
        foreach (int row in rows)
        {
            long rate = rates[deck.CurrencyOfRow[row]];
            if (rate == 0)
            {
                unknownCurrencies.Add(MissingCurrency = deck.CurrencyCodes[deck.CurrencyOfRow[row]]);
                continue;
            }

            micros[count] = Price.ToMicros(deck.Nanos[row], rate);
            rows[count++] = row;
        }

        return count == rows.Length ? (rows, micros) : (rows[..count], micros[..count]);
    }

    // Prefixes come in the order of their first number, each before those that it contains. So a stack holds those that are open.
    private (ulong[] Starts, int[] Places) CutRanges(int end)
    {
        var starts = new List<ulong>((end - _firstPrefix) * 2);
        var places = new List<int>((end - _firstPrefix) * 2);
        var open = new Stack<int>();
        for (int place = _firstPrefix; place < end; place++)
        {
            RateKey key = KeyAt(place);
            CloseBefore(key.PrefixStart);
            _parents[place - _firstPrefix] = open.Count > 0 ? open.Peek() : -1;
            Begin(key.PrefixStart, place);
            open.Push(place);
        }

        CloseBefore(ulong.MaxValue);
        return ([.. starts], [.. places]);

        void CloseBefore(ulong start)
        {
            while (open.Count > 0 && EndOf(open.Peek()) <= start)
            {
                ulong from = EndOf(open.Pop());
                Begin(from, open.Count > 0 ? open.Peek() : -1);
            }
        }

        void Begin(ulong start, int place)
        {
            if (starts.Count > 0 && starts[^1] == start)
            {
                places[^1] = place;
                return;
            }

            starts.Add(start);
            places.Add(place);
        }

        ulong EndOf(int place) => KeyAt(place).PrefixStart + KeyAt(place).PrefixCount;
    }

    private static (int[] Index, ulong BucketWidth) Index(ulong[] starts)
    {
        int digits = 0;
        int count = 1;
        for (; digits < MostIndexDigits && count * RangesPerBucket < starts.Length; count *= 10) digits++;
        ulong width = RateKey.Justify(1, digits);
        var index = new int[count + 1];
        int at = 0;
        for (int bucket = 0; bucket < count; bucket++)
        {
            while (at < starts.Length && starts[at] < (ulong)bucket * width) at++;
            index[bucket] = at;
        }

        index[count] = starts.Length;
        return (index, width);
    }

    private static int[] Filled(int length)
    {
        var places = new int[length];
        Array.Fill(places, -1);
        return places;
    }
}
