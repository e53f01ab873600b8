using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VIommuActors.Cluster.Hosting;

/// <summary>A certificate that is known before it is shown.</summary>
public static class NodeTlsPin
{
    /// <summary>True for the certificate of that SHA-256 hash. Thumbprints are SHA-1, and do not count.</summary>
    public static bool IsPinned(X509Certificate2? shown, byte[] sha256) =>
        shown is not null && CryptographicOperations.FixedTimeEquals(shown.GetCertHash(HashAlgorithmName.SHA256), sha256);
}
