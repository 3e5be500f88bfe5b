using System.Numerics;
using System.Text;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Meshes;

namespace Sparseland.Space.Gltf.Tests;

public sealed class GltfFormatTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-gltf").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_is_written_is_read_and_written_again_as_the_same_bytes_with_colours()
    {
        var ball = MeshPrimitives.Icosphere(1.7f, 2);
        var mesh = new TriangleMesh(ball.Positions, ball.Triangles, [.. ball.Positions.Select(p => new Vector3(0.5f) + 0.25f * p)]);
        var (first, second) = (Path.Combine(_folder, "a.glb"), Path.Combine(_folder, "b.glb"));
        MeshFile.Write(first, mesh, formats: GltfFormat.WithGltf);
        var read = MeshFile.Read(first, formats: GltfFormat.WithGltf);
        Assert.Equal(mesh.Positions, read.Positions);
        Assert.Equal(mesh.Triangles, read.Triangles);
        Assert.Equal(mesh.Colours, read.Colours);
        MeshFile.Write(second, read, formats: GltfFormat.WithGltf);
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
    }

    [Fact]
    public void The_formats_y_is_our_z_and_nodes_are_put_at_their_places()
    {
        // A triangle in a buffer inside the text; the node moves it by (10, 20, 30) and mirrors x.
        var buffer = Convert.ToBase64String([.. new float[] { 0, 0, 0, 1, 0, 0, 0, 1, 0 }.SelectMany(BitConverter.GetBytes)]);
        var path = Path.Combine(_folder, "a.gltf");
        File.WriteAllText(path, $$$"""
            {"asset":{"version":"2.0"},"scene":0,"scenes":[{"nodes":[0]}],"nodes":[{"mesh":0,"translation":[10,20,30],"scale":[-1,1,1]}],
            "meshes":[{"primitives":[{"attributes":{"POSITION":0}}]}],"accessors":[{"bufferView":0,"componentType":5126,"count":3,"type":"VEC3","min":[0,0,0],"max":[1,1,0]}],
            "bufferViews":[{"buffer":0,"byteLength":36}],"buffers":[{"byteLength":36,"uri":"data:application/octet-stream;base64,{{{buffer}}}"}]}
            """);
        var mesh = MeshFile.Read(path, formats: GltfFormat.WithGltf);
        Assert.Equal([new(10, -30, 20), new(9, -30, 20), new(10, -30, 21)], mesh.Positions);
        // Mirrored, so turned over again: it still faces the format's z, our minus y.
        Assert.True(mesh.AreaNormal(0).Y < 0);
        Assert.Null(mesh.Colours);
    }

    [Fact]
    public void Damaged_files_are_refused_in_one_line()
    {
        var path = Path.Combine(_folder, "a.glb");
        MeshFile.Write(path, MeshPrimitives.Tetrahedron(), formats: GltfFormat.WithGltf);
        var whole = File.ReadAllBytes(path);
        var refused = 0;
        for (var i = 0; i < 300; i++)
        {
            var random = new RandomStream(5, "damage", (ulong)i);
            var bytes = (byte[])whole.Clone();
            for (var times = 0; times <= i % 4; times++)
                bytes[random.NextInt(bytes.Length)] = (byte)random.NextInt(256);
            if (i % 3 == 0)
                bytes = bytes[..random.NextInt(bytes.Length)];
            try
            {
                new GltfFormat().Read("no such folder/a.glb", bytes);
            }
            catch (InvalidFileException fault)
            {
                Assert.DoesNotContain('\n', fault.Message);
                refused++;
            }
        }
        Assert.True(refused > 100);
        Assert.Throws<InvalidFileException>(() => new GltfFormat().Read("no such folder/a.gltf", Encoding.UTF8.GetBytes("{}")));
    }
}
