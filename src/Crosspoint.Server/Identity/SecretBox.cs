using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Crosspoint.Server.Identity;

/// <summary>
/// Seals secrets that must be used again with the data-protection key ring, which lies in a folder of its own that nobody else may read. The ring is
/// made when the first secret is sealed.
/// </summary>
/// <param name="purpose">What is sealed for one purpose cannot be opened for another.</param>
internal sealed class SecretBox(string directory, string purpose = "totp")
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Lock _gate = new();
    private IDataProtector? _protector;

    public byte[] Seal(byte[] secret)
    {
        byte[] sealedSecret = Protector().Protect(secret);

        // The ring makes a new key every 90 days, with the mode that the process gives to files.
        if (!OperatingSystem.IsWindows())
        {
            foreach (string file in Directory.GetFiles(directory))
            {
                if (File.GetUnixFileMode(file) != Private) File.SetUnixFileMode(file, Private);
            }
        }

        return sealedSecret;
    }

    /// <summary>Null when its key is lost, or it was tampered with.</summary>
    public byte[]? Open(byte[] sealedSecret)
    {
        try
        {
            return Protector().Unprotect(sealedSecret);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private IDataProtector Protector()
    {
        lock (_gate)
        {
            if (_protector is not null) return _protector;
            DirectoryInfo folder = OperatingSystem.IsWindows()
                ? Directory.CreateDirectory(directory)
                : Directory.CreateDirectory(directory, Private | UnixFileMode.UserExecute);
            return _protector = DataProtectionProvider.Create(folder, static ring => ring.SetApplicationName("Crosspoint")).CreateProtector(purpose);
        }
    }
}
