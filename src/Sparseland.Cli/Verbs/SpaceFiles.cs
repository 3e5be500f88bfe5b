using Sparseland.Errors;
using Sparseland.Trees.Octrees;
using Sparseland.Trees.Voxels;

namespace Sparseland.Cli.Verbs;

/// <summary>The kinds of files of space that verbs take: meshes by their extension, grids and octrees by their first letters.</summary>
internal static class SpaceFiles
{
    /// <summary>The file of a grid's colours, beside it: a.voxels has a.colours.voxels.</summary>
    public static string ColoursOf(string grid) => Path.ChangeExtension(grid, ".colours" + Path.GetExtension(grid));

    /// <summary>A grid of distances, ready to be walked.</summary>
    /// <exception cref="MismatchException">Its values are not distances.</exception>
    public static VoxelGrid<float> Distances(string path) => VoxelFile.ValueType(path) == typeof(float)
        ? VoxelFile.Open<float>(path).Thaw()
        : throw new MismatchException($"{path} has values of {VoxelFile.ValueType(path).Name}, and distances are of Single; choose a grid that voxelize made");

    /// <summary>The colours beside a grid, or null.</summary>
    public static VoxelGrid<int>? Colours(string grid) => File.Exists(ColoursOf(grid)) ? VoxelFile.Open<int>(ColoursOf(grid)).Thaw() : null;

    /// <summary>Does work on a file's mesh; what is wrong with the mesh is told with the file's name, and with the way out that the verbs have.</summary>
    /// <exception cref="MismatchException">The mesh does not serve.</exception>
    public static T Named<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (MismatchException fault)
        {
            throw new MismatchException($"{path}: {fault.Message}{(fault.Message.Contains("unsigned", StringComparison.Ordinal) ? " (--unsigned)" : "")}");
        }
    }

    /// <summary>Whether a file begins as a grid does.</summary>
    public static bool IsGrid(string path) => File.Exists(path) && VoxelFile.IsVoxelFile(path);

    /// <summary>Whether a file begins as an octree does.</summary>
    public static bool IsOctree(string path) => File.Exists(path) && OctreeFile.IsOctreeFile(path);
}
