using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Crosspoint.Engine.Accounts;

/// <summary>
/// Snapshot of all accounts with their look-ups. Credentials are found through a keyed hash that is made anew at each start, so that
/// the time a look-up takes says nothing about how much of a secret was right.
/// </summary>
public sealed class AccountDirectory
{
    private const int KeyBytes = 32;

    private readonly Dictionary<string, Account> _bySid = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Account Account, OwnedNumber Number)> _byNumber = new(StringComparer.Ordinal);
    private readonly Dictionary<CredentialHash, Account> _byCredential = [];
    private readonly Dictionary<CredentialHash, SmppLogin> _bySmppPassword = [];
    private readonly byte[] _hashKey = RandomNumberGenerator.GetBytes(KeyBytes);

    public AccountDirectory(IReadOnlyList<Account> accounts)
    {
        Accounts = accounts;
        foreach (Account account in accounts)
        {
            _bySid.Add(account.Sid, account);
            _byCredential.Add(Hash(account.Sid, account.AuthToken), account);
            foreach (ApiKey key in account.ApiKeys)
            {
                _byCredential.Add(Hash(key.Sid, key.Secret), account);
                _byCredential.Add(Hash("", key.Secret), account);
            }

            foreach (SmppCredential smpp in account.Smpp)
            {
                _bySmppPassword.Add(Hash(smpp.SystemId, smpp.Password), new SmppLogin(account, smpp));
            }

            foreach (OwnedNumber number in account.Numbers) _byNumber.Add(number.Number, (account, number));
        }
    }

    public IReadOnlyList<Account> Accounts { get; }

    public Account? Find(string sid) => _bySid.GetValueOrDefault(sid);

    /// <summary>The account that owns a number, as <see cref="OwnedNumber.Number"/> writes it.</summary>
    public bool TryFindNumber(string number, out Account account, out OwnedNumber owned)
    {
        bool found = _byNumber.TryGetValue(number, out (Account Account, OwnedNumber Number) hit);
        (account, owned) = hit;
        return found;
    }

    /// <summary>Checks Basic credentials: account SID and auth token, or key SID and secret. Null when they are not right.</summary>
    public Account? AuthenticateBasic(ReadOnlySpan<char> user, ReadOnlySpan<char> password) =>
        user.IsEmpty ? null : _byCredential.GetValueOrDefault(Hash(user, password));

    /// <summary>Checks a bearer token: a key's secret. Null when it is not right.</summary>
    public Account? AuthenticateBearer(ReadOnlySpan<char> token) => token.IsEmpty ? null : _byCredential.GetValueOrDefault(Hash("", token));

    /// <summary>Checks the credentials of a bind. Null when they are not right, whichever of the two is wrong.</summary>
    public SmppLogin? AuthenticateSmpp(ReadOnlySpan<char> systemId, ReadOnlySpan<char> password) =>
        _bySmppPassword.GetValueOrDefault(Hash(systemId, password));

    /// <summary>Every credential for SMPP binds.</summary>
    public IReadOnlyCollection<SmppLogin> SmppLogins => _bySmppPassword.Values;

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

    private readonly record struct CredentialHash(long A, long B, long C, long D);
}
