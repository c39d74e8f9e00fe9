using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Crosspoint.Server.Identity;

/// <summary>
/// PBKDF2 with HMAC-SHA-512 in the form of ASP.NET Core Identity. Each hash costs one to two tenths of a second of CPU by design, so only a few are under way
/// at once, a few more wait, and the others are refused: signing in must not take the CPU from messages.
/// </summary>
internal sealed class PasswordHashes : IDisposable
{
    /// <summary>OWASP's advice for this function (2023).</summary>
    public const int DefaultIterations = 210_000;

    private const int MostWaiting = 20;
    private const int SaltBytes = 16;
    private const int KeyBytes = 32;
    private const int HeadBytes = 13;

    private readonly PasswordHasher<string> _hasher;
    private readonly SemaphoreSlim _slots;
    private readonly string _nobodys;
    private int _waiting;

    /// <param name="atOnce">Hashes under way at once; 0 for half of the processors.</param>
    public PasswordHashes(int iterations = DefaultIterations, int atOnce = 0)
    {
        _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = iterations }));
        _slots = new(atOnce > 0 ? atOnce : Math.Max(1, Environment.ProcessorCount / 2));
        _nobodys = Nobodys(iterations);
    }

    public void Dispose() => _slots.Dispose();

    /// <summary>Null when too many wait.</summary>
    public async ValueTask<string?> HashAsync(string password, CancellationToken cancellationToken) =>
        await RunAsync(() => _hasher.HashPassword("", password), cancellationToken).ConfigureAwait(false);

    /// <summary>Whether it is right. Takes as long when there is nothing to compare it with.</summary>
    /// <param name="hash">Null for a user that is none, or has no password: never right.</param>
    public async ValueTask<PasswordCheck> CheckAsync(string? hash, string password, CancellationToken cancellationToken)
    {
        string result = await RunAsync(() => _hasher.VerifyHashedPassword("", hash ?? _nobodys, password).ToString(), cancellationToken).ConfigureAwait(false) ?? "";
        if (result.Length == 0) return PasswordCheck.Busy;
        return hash is null || result == nameof(PasswordVerificationResult.Failed) ? PasswordCheck.Wrong
            : result == nameof(PasswordVerificationResult.SuccessRehashNeeded) ? PasswordCheck.RightButOld : PasswordCheck.Right;
    }

    private async ValueTask<string?> RunAsync(Func<string> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }

        try
        {
            await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await Task.Run(work, CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                _slots.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    // Identity's third form: a marker, the function, iterations, length of the salt, salt, key. Of random salt and key no password is known.
    private static string Nobodys(int iterations)
    {
        byte[] hash = new byte[HeadBytes + SaltBytes + KeyBytes];
        hash[0] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(1), 2);
        BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(5), (uint)iterations);
        BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(9), SaltBytes);
        RandomNumberGenerator.Fill(hash.AsSpan(HeadBytes));
        return Convert.ToBase64String(hash);
    }
}

internal enum PasswordCheck
{
    Wrong,
    Right,

    /// <summary>Right, and hashed with fewer iterations than are used now.</summary>
    RightButOld,

    /// <summary>Not looked at: too many wait.</summary>
    Busy,
}
