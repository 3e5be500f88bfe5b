using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sparseland.Benchmarks.Peers;

/// <summary>
/// A native library that a small C++ program beside this file makes callable: built once by g++ when the library's headers are installed, and kept in the temporary folder under the program's checksum.
/// Absent, its column is missing and the reason is printed.
/// </summary>
internal sealed class NativePeer
{
    private readonly nint _library;

    private NativePeer(string package, nint library, string problem) => (Package, _library, Problem) = (package, library, problem);

    public static NativePeer Embree => field ??= Load("embree", "libembree-dev", "-lembree3");

    public static NativePeer Nanoflann => field ??= Load("nanoflann", "libnanoflann-dev", "");

    public static NativePeer OpenVdb => field ??= Load("openvdb", "libopenvdb-dev libboost-dev", "-lopenvdb -ltbb");

    /// <summary>The Debian package.</summary>
    public string Package { get; }

    /// <summary>Why it is absent; empty when it is there.</summary>
    public string Problem { get; }

    public bool IsAvailable => _library != 0;

    /// <summary>A function's address.</summary>
    public nint Function(string name) => NativeLibrary.GetExport(_library, name);

    /// <summary>peers: builds all, so that a measurement need not wait for it, and says which are there.</summary>
    public static int Build()
    {
        foreach (var peer in new[] { Embree, Nanoflann, OpenVdb })
            Console.WriteLine(peer.IsAvailable ? $"{peer.Package}: built" : $"{peer.Package}: {peer.Problem}");
        return 0;
    }

    private static NativePeer Load(string name, string package, string libraries)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Peers", "Native", name + ".cpp");
        var mark = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(source)))[..16];
        var built = Path.Combine(Path.GetTempPath(), $"sparseland-peer-{name}-{mark}.so");
        if (!File.Exists(built) && Compile(source, built, libraries) is { Length: > 0 } problem)
        {
            Console.WriteLine($"{name} is not measured: {problem} (apt-get install g++ {package})");
            return new(package, 0, problem);
        }
        return new(package, NativeLibrary.Load(built), "");
    }

    // What went wrong, or nothing.
    private static string Compile(string source, string built, string libraries)
    {
        var own = $"{built}.{Environment.ProcessId}";
        try
        {
            using var compiler = Process.Start(new ProcessStartInfo("g++", $"-std=c++17 -O3 -march=native -fPIC -shared -w {source} -o {own} {libraries}") { RedirectStandardError = true });
            var output = compiler!.StandardError.ReadToEnd();
            compiler.WaitForExit();
            if (compiler.ExitCode != 0)
                return output.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal)) ?? "g++ failed";
            File.Move(own, built, overwrite: true);
            return "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "there is no g++";
        }
    }
}
