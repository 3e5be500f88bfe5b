using System.Numerics;
using Sparseland.Threads;
using Sparseland.Trees.Octrees;

namespace Sparseland.Space.LightFields;

/// <summary>The voxels that every training ray passes, found once: a step then only looks them up. With depth, a ray's list ends at its surface, since what lies behind is not seen.</summary>
internal sealed class RaySegments
{
    private const int RaysPerPart = 1024;
    private readonly RayCrossing[] _crossings;
    private readonly byte[] _counts;
    private readonly sbyte[] _surfaces;
    private readonly int _most;

    /// <param name="field">The light field.</param>
    /// <param name="rays">The rays.</param>
    /// <param name="withDepth">Whether lists end at the surface.</param>
    public RaySegments(SparseLightField field, RayTable rays, bool withDepth)
    {
        _most = field.Options.VoxelsPerRay;
        _crossings = new RayCrossing[checked(rays.Count * _most)];
        _counts = new byte[rays.Count];
        _surfaces = new sbyte[rays.Count];
        WorkerPool.Run((rays.Count + RaysPerPart - 1) / RaysPerPart, new FindWork(this, field, rays, withDepth));
        Active = [.. Enumerable.Range(0, rays.Count).Where(ray => _counts[ray] > 0)];
    }

    /// <summary>The rays that pass any voxel.</summary>
    public int[] Active { get; }

    /// <summary>A ray's voxels, front to back.</summary>
    public ReadOnlySpan<RayCrossing> Of(int ray) => _crossings.AsSpan(ray * _most, _counts[ray]);

    /// <summary>Which of a ray's voxels its surface lies in; -1 when none of them, or not known.</summary>
    public int Surface(int ray) => _surfaces[ray];

    /// <summary>The voxel that holds a depth, within half a voxel: the nearest of them; -1 when there is none.</summary>
    internal static int SurfaceOf(ReadOnlySpan<RayCrossing> crossings, float depth, float cellSize)
    {
        var (best, nearest) = (-1, 0.5f * cellSize);
        for (var k = 0; k < crossings.Length; k++)
        {
            var distance = Math.Max(0, Math.Max(crossings[k].Entry - depth, depth - crossings[k].Exit));
            if (distance < nearest || (distance == nearest && best < 0))
                (best, nearest) = (k, distance);
        }
        return best;
    }

    private void Find(int ray, SparseLightField field, RayTable rays, bool withDepth)
    {
        var crossings = _crossings.AsSpan(ray * _most, _most);
        var count = field.Crossings(rays.Origin(ray), rays.Directions[ray], crossings);
        _surfaces[ray] = -1;
        if (withDepth && float.IsFinite(rays.Depths[ray]))
        {
            var surface = SurfaceOf(crossings[..count], rays.Depths[ray], field.Lattice.CellSize);
            _surfaces[ray] = (sbyte)surface;
            if (surface >= 0)
                count = surface + 1;
            else
                while (count > 0 && crossings[count - 1].Entry > rays.Depths[ray])
                    count--;
        }
        _counts[ray] = (byte)count;
    }

    private readonly struct FindWork(RaySegments segments, SparseLightField field, RayTable rays, bool withDepth) : IParallelWork
    {
        public void Run(int part)
        {
            for (var ray = part * RaysPerPart; ray < Math.Min(rays.Count, (part + 1) * RaysPerPart); ray++)
                segments.Find(ray, field, rays, withDepth);
        }
    }
}
