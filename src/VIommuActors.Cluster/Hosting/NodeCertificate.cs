using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VIommuActors.Cluster.Hosting;

/// <summary>Reads the certificate that all nodes of a cluster have.</summary>
public static class NodeCertificate
{
    private const long MostBytes = 1 << 20;

    /// <summary>
    /// A PKCS #12 file (<c>.pfx</c>, <c>.p12</c>), or PEM: certificate and key in one file, or <c>X.crt</c> with <c>X.key</c> beside it, as
    /// Kubernetes has them.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="password">Of the PKCS #12 file; null or empty when it has none.</param>
    /// <exception cref="NodeSettingsException">There is no certificate with a key in it.</exception>
    public static X509Certificate2 Load(string path, string? password)
    {
        try
        {
            if (new FileInfo(path).Length > MostBytes) throw Unusable(path, "too large");
            if (Path.GetExtension(path).ToLowerInvariant() is ".pfx" or ".p12")
                return WithKey(path, X509CertificateLoader.LoadPkcs12FromFile(path, string.IsNullOrEmpty(password) ? null : password));
            var key = Path.ChangeExtension(path, ".key");
            using var pem = X509Certificate2.CreateFromPemFile(path, key != path && File.Exists(key) ? key : null);
            // A key that came as PEM is not one that every platform's TLS takes.
            return WithKey(path, X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null));
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or IOException or UnauthorizedAccessException
            or ArgumentException and not NodeSettingsException)
        {
            throw Unusable(path, unreadable.Message.Split('\n')[0].TrimEnd('.', '\r'));
        }
    }

    private static X509Certificate2 WithKey(string path, X509Certificate2 certificate)
    {
        if (certificate.HasPrivateKey) return certificate;
        certificate.Dispose();
        throw Unusable(path, "has no private key");
    }

    private static NodeSettingsException Unusable(string path, string message) =>
        new("--tls-certificate", path, message, "a .pfx file, or PEM with its key in it or beside it as .key");
}
