using System.Numerics;
using Sparseland.Space.Images;
using Sparseland.Space.Meshes;
using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Voxels;

/// <summary>Colours in grids: eight bits of sRGB a channel, red in the third byte, green in the second, blue in the lowest.</summary>
public static class VoxelColours
{
    /// <summary>A linear colour as a grid keeps it.</summary>
    public static int Pack(Vector3 linear)
    {
        var colour = StandardRgb.Encode(linear);
        return (colour.Red << 16) | (colour.Green << 8) | colour.Blue;
    }

    /// <summary>The linear colour of a grid's value.</summary>
    public static Vector3 Unpack(int packed) => StandardRgb.Decode(new((byte)(packed >> 16), (byte)(packed >> 8), (byte)packed));

    /// <summary>A mesh with colours from a grid: at each vertex the mean of the active voxels around it, by how near they are; white where there is none.</summary>
    /// <param name="mesh">The mesh, whose own colours are left away.</param>
    /// <param name="colours">The colours.</param>
    public static TriangleMesh Paint(TriangleMesh mesh, VoxelGrid<int> colours)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        ArgumentNullException.ThrowIfNull(colours);
        var accessor = colours.Accessor();
        var painted = new Vector3[mesh.VertexCount];
        for (var i = 0; i < painted.Length; i++)
            painted[i] = At(accessor, colours.Frame.PlaceOf(mesh.Positions[i]));
        return new(mesh.Positions, mesh.Triangles, painted);
    }

    private static Vector3 At(VoxelAccessor<int> colours, Vector3 place)
    {
        var lower = new Vector3(MathF.Floor(place.X), MathF.Floor(place.Y), MathF.Floor(place.Z));
        var (sum, weights) = (Vector3.Zero, 0f);
        for (var corner = 0; corner < 8; corner++)
        {
            var voxel = lower + new Vector3(corner & 1, (corner >> 1) & 1, corner >> 2);
            var near = Vector3.One - Vector3.Abs(place - voxel);
            var weight = Math.Max(0, near.X) * Math.Max(0, near.Y) * Math.Max(0, near.Z);
            if (weight <= 0 || !colours.IsActive((int)voxel.X, (int)voxel.Y, (int)voxel.Z))
                continue;
            sum += weight * Unpack(colours.Get((int)voxel.X, (int)voxel.Y, (int)voxel.Z));
            weights += weight;
        }
        return weights > 0 ? sum / weights : Vector3.One;
    }
}
