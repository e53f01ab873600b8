using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Remote.Transport.DotNetty;

namespace VIommuActors.Cluster.Hosting;

/// <summary>Mutual TLS between nodes that all have the same certificate: who presents another one is nobody.</summary>
internal static class NodeTls
{
    /// <summary>For the transport.</summary>
    public static DotNettySslSetup Setup(X509Certificate2 certificate)
    {
        var ours = certificate.GetCertHash(HashAlgorithmName.SHA256);
        return new DotNettySslSetup(
            certificate, suppressValidation: false, requireMutualAuthentication: true,
            // Neither chain nor name is asked: there is one certificate, and possession of its key is what the handshake proves.
            customValidator: (peer, _, _, _, _) => NodeTlsPin.IsPinned(peer, ours));
    }
}
