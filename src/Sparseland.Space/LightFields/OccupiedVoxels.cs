using System.Numerics;
using Sparseland.Errors;
using Sparseland.Trees.Keys;

namespace Sparseland.Space.LightFields;

/// <summary>Which voxels of a scene's cube are worth keeping: those that depth hits, or those that no mask excludes.</summary>
public static class OccupiedVoxels
{
    // The scene's cube is a little larger than the box around what is in it.
    private const float Margin = 1.05f;

    /// <summary>The cube around a box, five per cent larger than its longest side.</summary>
    /// <exception cref="InvalidSettingException">The box is empty.</exception>
    public static Cube CubeAround(Box3 box)
    {
        if (box.IsEmpty)
            throw new InvalidSettingException("no view sees anything: there is nothing to put into an octree; look at the masks or the depth of the views");
        var extent = box.Extent;
        var side = Margin * Math.Max(extent.X, Math.Max(extent.Y, extent.Z));
        if (!(side > 0))
            side = 1;
        return new(box.Centre - new Vector3(0.5f * side), side);
    }

    /// <summary>The voxels that enough depth hits lie in, widened.</summary>
    /// <param name="hits">Points that are seen.</param>
    /// <param name="cube">The scene's cube; hits outside count for none.</param>
    /// <param name="level">Depth of the octree.</param>
    /// <param name="minimumHits">Hits that make a voxel occupied.</param>
    /// <param name="dilation">By how many voxels the occupied ones are widened along each axis.</param>
    /// <returns>Morton codes, rising.</returns>
    public static ulong[] FromHits(ReadOnlySpan<Vector3> hits, Cube cube, int level, int minimumHits = 2, int dilation = 0)
    {
        var inside = new List<Vector3>(hits.Length);
        foreach (var hit in hits)
            if (cube.Contains(hit))
                inside.Add(hit);
        var codes = new ulong[inside.Count];
        MortonCode3.Encode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(inside), cube, level, codes);
        Array.Sort(codes);
        var count = 0;
        for (int first = 0, next; first < codes.Length; first = next)
        {
            for (next = first + 1; next < codes.Length && codes[next] == codes[first]; next++) { }
            if (next - first >= minimumHits)
                codes[count++] = codes[first];
        }
        Array.Resize(ref codes, count);
        for (; dilation > 0; dilation--)
            codes = Widen(codes, level);
        return codes;
    }

    /// <summary>All voxels of a level.</summary>
    public static ulong[] All(int level)
    {
        var codes = new ulong[1L << (3 * level)];
        for (var i = 0; i < codes.Length; i++)
            codes[i] = (ulong)i;
        return codes;
    }

    private static ulong[] Widen(ulong[] codes, int level)
    {
        var side = 1u << level;
        var wide = new List<ulong>(7 * codes.Length);
        foreach (var code in codes)
        {
            wide.Add(code);
            var (x, y, z) = MortonCode3.Decode(code);
            // Below zero wraps to a large number.
            Add(x - 1, y, z);
            Add(x + 1, y, z);
            Add(x, y - 1, z);
            Add(x, y + 1, z);
            Add(x, y, z - 1);
            Add(x, y, z + 1);
        }
        wide.Sort();
        return [.. wide.Where((code, index) => index == 0 || code != wide[index - 1])];

        void Add(uint x, uint y, uint z)
        {
            if (x < side && y < side && z < side)
                wide.Add(MortonCode3.Encode(x, y, z));
        }
    }
}
