using System.Runtime.InteropServices;
using Sparseland.Kernels;

namespace Sparseland.Benchmarks.Speed;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    /// <summary>Processor, instruction sets, number of processors and runtime, in a line.</summary>
    public static string Describe() => $"{Processor()}, {Environment.ProcessorCount} processors, {Hardware.WidestVectors}, integer products by {Hardware.IntegerProducts}, {RuntimeInformation.FrameworkDescription}";

    private static string Processor()
    {
        const string description = "/proc/cpuinfo";
        if (!File.Exists(description))
            return RuntimeInformation.ProcessArchitecture.ToString();
        var lines = File.ReadLines(description).Take(12).Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).Where(parts => parts.Length == 2).ToLookup(parts => parts[0], parts => parts[1]);
        return $"{lines["model name"].FirstOrDefault()} (family {lines["cpu family"].FirstOrDefault()}, model {lines["model"].FirstOrDefault()})";
    }
}
