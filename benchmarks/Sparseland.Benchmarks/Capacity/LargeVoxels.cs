using System.Diagnostics;
using System.Globalization;
using Sparseland.Chance;
using Sparseland.Trees.Voxels;

namespace Sparseland.Benchmarks.Capacity;

/// <summary>
/// A voxel file larger than the memory it is built in: random bricks of a large cube, half their voxels set, some of them twice. Every value follows from its place, so reading checks itself.
/// Memory is what the system counts as the process's own (RssAnon); pages of mapped files are the system's, which takes them back at need.
/// </summary>
internal static class LargeVoxels
{
    private const int CubeBricks = 512;

    public static int Run(TextWriter output, string path, string[] options)
    {
        var gigabytes = Number(options, "--gigabytes", 1);
        var memory = (long)(Number(options, "--memory-mebibytes", 128) * (1 << 20));
        var bricks = (int)(gigabytes * 1e9 / (512 * sizeof(float) + 64));
        output.WriteLine($"{bricks:N0} bricks, {gigabytes:F1} GB, built in {memory >> 20} MiB; the process itself takes {OwnMebibytes()} MiB before");
        var (watch, most) = (Stopwatch.StartNew(), OwnMebibytes());
        using (var builder = new VoxelFileBuilder<float>(path, 0, memory))
        {
            for (var i = 0; i < bricks; i++)
            {
                SetBrick(builder, i);
                // Some places come back much later, in another run.
                if (i > bricks / 2 && i % 10 == 0)
                    SetBrick(builder, i - bricks / 2);
                if (i % 16384 == 0)
                    most = Math.Max(most, OwnMebibytes());
            }
            output.WriteLine($"gathered in {watch.Elapsed.TotalSeconds:F1} s, {builder.Runs} runs written, at most {most} MiB");
            builder.Finish(new MemoryWatch(() => most = Math.Max(most, OwnMebibytes())));
        }
        output.WriteLine($"{new FileInfo(path).Length:N0} bytes after {watch.Elapsed.TotalSeconds:F1} s, at most {most} MiB");
        watch.Restart();
        var grid = VoxelFile.Open<float>(path);
        output.WriteLine($"opened and its checksum checked in {watch.Elapsed.TotalSeconds:F1} s; {grid.BrickCount:N0} bricks");
        watch.Restart();
        const int reads = 1_000_000;
        var random = new RandomStream(1, "reads");
        for (var i = 0; i < reads; i++)
        {
            var (x, y, z) = Place(random.NextInt(bricks));
            var (dx, dy, dz) = (2 * random.NextInt(4), random.NextInt(8), random.NextInt(8));
            if (grid.Get(x + dx, y + dy, z + dz) != Value(x + dx, y + dy, z + dz))
                throw new InvalidOperationException($"voxel ({x + dx}, {y + dy}, {z + dz}) is not what was written");
        }
        output.WriteLine($"{reads / watch.Elapsed.TotalSeconds / 1e6:F2} M random voxels a second read and checked; at most {Math.Max(most, OwnMebibytes())} MiB of own memory");
        return 0;
    }

    private static void SetBrick(VoxelFileBuilder<float> builder, int number)
    {
        var (x, y, z) = Place(number);
        for (var voxel = 0; voxel < 512; voxel += 2)
        {
            var (dx, dy, dz) = (voxel & 7, (voxel >> 3) & 7, voxel >> 6);
            builder.Set(x + dx, y + dy, z + dz, Value(x + dx, y + dy, z + dz));
        }
    }

    // The corner of a brick: a permutation of the cube's, so that neighbours in number are far apart.
    private static (int X, int Y, int Z) Place(int number)
    {
        var place = (int)((number * 0x9E3779B1L) & (CubeBricks * (long)CubeBricks * CubeBricks - 1));
        return (8 * (place % CubeBricks), 8 * (place / CubeBricks % CubeBricks), 8 * (place / (CubeBricks * CubeBricks)));
    }

    private static float Value(int x, int y, int z) => x + 3 * y + 7 * z + 1;

    private static double Number(string[] options, string name, double otherwise) =>
        Array.IndexOf(options, name) is var place && place >= 0 && place + 1 < options.Length ? double.Parse(options[place + 1], CultureInfo.InvariantCulture) : otherwise;

    private static long OwnMebibytes()
    {
        const string status = "/proc/self/status";
        if (!File.Exists(status))
            return Environment.WorkingSet >> 20;
        var line = File.ReadLines(status).First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) >> 10;
    }

    private sealed class MemoryWatch(Action look) : IProgress<Sparseland.Progress.ProgressReport>
    {
        public void Report(Sparseland.Progress.ProgressReport value) => look();
    }
}
