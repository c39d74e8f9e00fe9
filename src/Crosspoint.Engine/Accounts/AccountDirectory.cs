using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Crosspoint.Engine.Accounts;

/// <summary>
/// All accounts with their look-ups: a snapshot that is replaced as a whole. Credentials are found through a keyed hash that is made anew at each start, so
/// that the time a look-up takes says nothing about how much of a secret was right.
/// </summary>
public sealed class AccountDirectory
{
    private const int KeyBytes = 32;

    private readonly byte[] _hashKey = RandomNumberGenerator.GetBytes(KeyBytes);
    private volatile State _state;

    public AccountDirectory(IReadOnlyList<Account> accounts) => _state = NewState(accounts);

    /// <summary>The accounts were replaced. Raised by whoever replaced them, after the new ones are in force; must not block.</summary>
    public event Action? Changed;

    /// <summary>Told the SID of each key that somebody came in with. On the way of every request: must not block.</summary>
    public Action<string>? KeyUsed { get; set; }

    public IReadOnlyList<Account> Accounts => _state.Accounts;

    /// <summary>Puts other accounts into force, all at once.</summary>
    public void Replace(IReadOnlyList<Account> accounts)
    {
        _state = NewState(accounts);
        Changed?.Invoke();
    }

    /// <summary>The account of that SID, enabled or not.</summary>
    public Account? Find(string sid) => _state.BySid.GetValueOrDefault(sid);

    /// <summary>The account that owns a number, as <see cref="OwnedNumber.Number"/> writes it.</summary>
    public bool TryFindNumber(string number, out Account account, out OwnedNumber owned)
    {
        bool found = _state.ByNumber.TryGetValue(number, out (Account Account, OwnedNumber Number) hit);
        (account, owned) = hit;
        return found;
    }

    /// <summary>Checks Basic credentials: account SID and auth token, or key SID and secret. Null when they are not right.</summary>
    public Account? AuthenticateBasic(ReadOnlySpan<char> user, ReadOnlySpan<char> password) => user.IsEmpty ? null : Authenticate(user, password);

    /// <summary>Checks a bearer token: a key's secret. Null when it is not right.</summary>
    public Account? AuthenticateBearer(ReadOnlySpan<char> token) => token.IsEmpty ? null : Authenticate("", token);

    /// <summary>Checks the credentials of a bind. Null when they are not right, whichever of the two is wrong.</summary>
    public SmppLogin? AuthenticateSmpp(ReadOnlySpan<char> systemId, ReadOnlySpan<char> password) =>
        _state.BySmppPassword.GetValueOrDefault(Hash(systemId, password));

    /// <summary>Every credential for SMPP binds of enabled accounts.</summary>
    public IReadOnlyCollection<SmppLogin> SmppLogins => _state.BySmppPassword.Values;

    /// <summary>The credential of that name, when its account is enabled.</summary>
    public SmppLogin? FindSmpp(string systemId) => _state.BySystemId.GetValueOrDefault(systemId);

    private Account? Authenticate(ReadOnlySpan<char> user, ReadOnlySpan<char> secret)
    {
        State state = _state;
        if (!state.ByCredential.TryGetValue(Hash(user, secret), out Entry found)
            && !(secret.StartsWith(ApiKeySecrets.Prefix, StringComparison.Ordinal) && state.ByHashedKey.TryGetValue(Hash(user, ApiKeySecrets.HashOf(secret)), out found)))
            return null;
        if (found.Key.Length > 0) KeyUsed?.Invoke(found.Key);
        return found.Account;
    }

    private State NewState(IReadOnlyList<Account> accounts)
    {
        var state = new State(accounts);
        foreach (Account account in accounts)
        {
            state.BySid.Add(account.Sid, account);
            foreach (OwnedNumber number in account.Numbers) state.ByNumber.Add(number.Number, (account, number));
            if (account.IsEnabled) AddCredentials(state, account);
        }

        return state;
    }

    private void AddCredentials(State state, Account account)
    {
        state.ByCredential.Add(Hash(account.Sid, account.AuthToken), new(account, ""));
        foreach (ApiKey key in account.ApiKeys)
        {
            state.ByCredential.Add(Hash(key.Sid, key.Secret), new(account, key.Sid));
            state.ByCredential.Add(Hash("", key.Secret), new(account, key.Sid));
        }

        foreach (HashedKey key in account.HashedKeys)
        {
            state.ByHashedKey.Add(Hash(key.Sid, key.Sha256), new(account, key.Sid));
            state.ByHashedKey.Add(Hash("", key.Sha256), new(account, key.Sid));
        }

        foreach (SmppCredential smpp in account.Smpp)
        {
            var login = new SmppLogin(account, smpp);
            state.BySmppPassword.Add(Hash(smpp.SystemId, smpp.Password), login);
            state.BySystemId.Add(smpp.SystemId, login);
        }
    }

    private CredentialHash Hash(ReadOnlySpan<char> user, ReadOnlySpan<char> password)
    {
        // The length of the user name goes in before it, so that no two pairs give the same text. The hash never leaves the process, so a
        // key in front is as good as an HMAC, at a third of its time.
        int bytes = KeyBytes + sizeof(int) + Encoding.UTF8.GetMaxByteCount(user.Length) + Encoding.UTF8.GetMaxByteCount(password.Length);
        byte[]? rented = null;
        Span<byte> text = bytes <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(bytes);
        _hashKey.CopyTo(text);
        BitConverter.TryWriteBytes(text[KeyBytes..], user.Length);
        int length = KeyBytes + sizeof(int);
        length += Encoding.UTF8.GetBytes(user, text[length..]);
        length += Encoding.UTF8.GetBytes(password, text[length..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..length], hash);
        text[..length].Clear();
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return new(BitConverter.ToInt64(hash), BitConverter.ToInt64(hash[8..]), BitConverter.ToInt64(hash[16..]), BitConverter.ToInt64(hash[24..]));
    }

    /// <param name="Key">SID of the key; empty for the auth token.</param>
    private readonly record struct Entry(Account Account, string Key);

    private sealed record State(IReadOnlyList<Account> Accounts)
    {
        public Dictionary<string, Account> BySid { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, (Account Account, OwnedNumber Number)> ByNumber { get; } = new(StringComparer.Ordinal);

        public Dictionary<CredentialHash, Entry> ByCredential { get; } = [];

        public Dictionary<CredentialHash, Entry> ByHashedKey { get; } = [];

        public Dictionary<CredentialHash, SmppLogin> BySmppPassword { get; } = [];

        public Dictionary<string, SmppLogin> BySystemId { get; } = new(StringComparer.Ordinal);
    }

    private readonly record struct CredentialHash(long A, long B, long C, long D);
}
