using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

public ref partial struct DeliveryReceipt
{
    private enum Key
    {
        None,
        Id,
        Submitted,
        Delivered,
        SubmitDate,
        DoneDate,
        State,
        Error,
        Text,
    }

    private void ReadText(ReadOnlySpan<byte> text)
    {
        var at = 0;
        while (at < text.Length)
        {
            Key key = MatchKey(text[at..], out int keyBytes);
            if (key == Key.None)
            {
                at = NextWord(text, at);
                continue;
            }

            at += keyBytes;
            if (key == Key.Text)
            {
                Text = TrimNulls(text[at..]);
                return;
            }

            while (at < text.Length && IsBlank(text[at])) at++;
            if (at < text.Length && MatchKey(text[at..], out _) != Key.None) continue;
            int end = at;
            while (end < text.Length && !IsSeparator(text[end])) end++;
            Keep(key, text[at..end]);
            at = NextWord(text, end);
        }
    }

    // The first value of a field wins: what follows may be the start of the customer's own text.
    private void Keep(Key key, ReadOnlySpan<byte> value)
    {
        switch (key)
        {
            case Key.Id:
                if (TextId.IsEmpty) TextId = value;
                break;
            case Key.Submitted:
                if (Submitted.IsEmpty) Submitted = value;
                break;
            case Key.Delivered:
                if (Delivered.IsEmpty) Delivered = value;
                break;
            case Key.SubmitDate:
                SubmitDate ??= ParseDate(value);
                break;
            case Key.DoneDate:
                DoneDate ??= ParseDate(value);
                break;
            case Key.State:
                if (StateText.IsEmpty) StateText = value;
                break;
            default:
                if (ErrorCode.IsEmpty) ErrorCode = value;
                break;
        }
    }

    private static Key MatchKey(ReadOnlySpan<byte> text, out int keyBytes)
    {
        keyBytes = 0;
        if (text.IsEmpty) return Key.None;
        switch (text[0] | 0x20)
        {
            case 'i':
                return IsKey(text, "id"u8, ref keyBytes) ? Key.Id : Key.None;
            case 's':
                if (IsKey(text, "stat"u8, ref keyBytes) || IsKey(text, "status"u8, ref keyBytes)) return Key.State;
                if (IsKey(text, "submit date"u8, ref keyBytes) || IsKey(text, "submit_date"u8, ref keyBytes)
                    || IsKey(text, "submitdate"u8, ref keyBytes)) return Key.SubmitDate;
                return IsKey(text, "sub"u8, ref keyBytes) ? Key.Submitted : Key.None;
            case 'd':
                if (IsKey(text, "done date"u8, ref keyBytes) || IsKey(text, "done_date"u8, ref keyBytes)
                    || IsKey(text, "donedate"u8, ref keyBytes)) return Key.DoneDate;
                return IsKey(text, "dlvrd"u8, ref keyBytes) ? Key.Delivered : Key.None;
            case 'e':
                return IsKey(text, "err"u8, ref keyBytes) || IsKey(text, "error"u8, ref keyBytes) ? Key.Error : Key.None;
            case 't':
                return IsKey(text, "text"u8, ref keyBytes) ? Key.Text : Key.None;
            default:
                return Key.None;
        }
    }

    // A key is the word, blanks perhaps, and a colon; letters in either case.
    private static bool IsKey(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key, ref int keyBytes)
    {
        if (text.Length <= key.Length) return false;
        for (var i = 0; i < key.Length; i++)
        {
            byte letter = text[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(text[i] | 0x20) : text[i];
            if (letter != key[i]) return false;
        }

        int at = key.Length;
        while (at < text.Length && text[at] == (byte)' ') at++;
        if (at >= text.Length || text[at] != (byte)':') return false;
        keyBytes = at + 1;
        return true;
    }

    private static int NextWord(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && !IsSeparator(text[at])) at++;
        while (at < text.Length && IsSeparator(text[at])) at++;
        return at;
    }

    private static bool IsBlank(byte value) => value is (byte)' ' or (byte)'\t';

    private static bool IsSeparator(byte value) =>
        value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',' or (byte)';' or 0;

    private static ReadOnlySpan<byte> TrimNulls(ReadOnlySpan<byte> text) => text.TrimEnd((byte)0);

    private static MessageState ParseState(ReadOnlySpan<byte> word)
    {
        if (Starts(word, "deliv"u8)) return MessageState.Delivered;
        if (Starts(word, "undel"u8) || Starts(word, "fail"u8)) return MessageState.Undeliverable;
        if (Starts(word, "expir"u8)) return MessageState.Expired;
        if (Starts(word, "rejec"u8)) return MessageState.Rejected;
        if (Starts(word, "accep"u8)) return MessageState.Accepted;
        if (Starts(word, "enrou"u8) || Starts(word, "buff"u8)) return MessageState.Enroute;
        if (Starts(word, "delet"u8)) return MessageState.Deleted;
        if (Starts(word, "sched"u8)) return MessageState.Scheduled;
        return Starts(word, "skip"u8) ? MessageState.Skipped : MessageState.Unknown;
    }

    private static bool Starts(ReadOnlySpan<byte> word, ReadOnlySpan<byte> lowerCase)
    {
        if (word.Length < lowerCase.Length) return false;
        for (var i = 0; i < lowerCase.Length; i++)
        {
            if ((word[i] | 0x20) != lowerCase[i]) return false;
        }

        return true;
    }

    // 8 YYMMDDhh or YYYYMMDD, 10 YYMMDDhhmm, 12 YYMMDDhhmmss or YYYYMMDDhhmm, 14 YYYYMMDDhhmmss.
    private static DateTimeOffset? ParseDate(ReadOnlySpan<byte> digits) => digits.Length switch
    {
        10 => Moment(digits, fullYear: false),
        12 or 8 => Moment(digits, fullYear: false) ?? Moment(digits, fullYear: true),
        14 => Moment(digits, fullYear: true),
        _ => null,
    };

    private static DateTimeOffset? Moment(ReadOnlySpan<byte> digits, bool fullYear)
    {
        var century = 20;
        if (fullYear)
        {
            if (!SmppTime.TryTwoDigits(digits, out century)) return null;
            digits = digits[2..];
        }

        Span<int> parts = stackalloc int[6];
        parts.Clear();
        for (var i = 0; i * 2 < digits.Length; i++)
        {
            if (!SmppTime.TryTwoDigits(digits[(i * 2)..], out parts[i])) return null;
        }

        bool ok = SmppTime.TryMoment((century * 100) + parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], out DateTime moment);
        return ok ? new DateTimeOffset(moment, TimeSpan.Zero) : null;
    }
}
