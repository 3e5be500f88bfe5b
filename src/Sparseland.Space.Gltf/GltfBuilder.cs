using System.Numerics;
using System.Runtime.InteropServices;
using SharpGLTF.Memory;
using SharpGLTF.Schema2;
using Sparseland.Space.Meshes;

namespace Sparseland.Space.Gltf;

/// <summary>Puts a mesh into an empty document: a scene with one node, its positions, colours and vertex numbers each a view of a buffer.</summary>
internal static class GltfBuilder
{
    public static void Add(ModelRoot root, TriangleMesh mesh)
    {
        var primitive = root.CreateMesh("mesh").CreatePrimitive();
        primitive.DrawPrimitiveType = PrimitiveType.TRIANGLES;
        primitive.SetVertexAccessor("POSITION", Vectors(root, mesh.Positions));
        if (mesh.Colours is not null)
            primitive.SetVertexAccessor("COLOR_0", Vectors(root, mesh.Colours));
        var numbers = root.CreateAccessor("triangles");
        numbers.SetIndexData(root.UseBufferView(MemoryMarshal.AsBytes<int>(mesh.Triangles).ToArray(), 0, null, 0, BufferMode.ELEMENT_ARRAY_BUFFER), 0, mesh.Triangles.Length, IndexEncodingType.UNSIGNED_INT);
        primitive.SetIndexAccessor(numbers);
        root.UseScene("mesh").CreateNode("mesh").Mesh = root.LogicalMeshes[0];
    }

    private static Accessor Vectors(ModelRoot root, Vector3[] values)
    {
        var accessor = root.CreateAccessor();
        var view = root.UseBufferView(MemoryMarshal.AsBytes<Vector3>(values).ToArray(), 0, null, 0, BufferMode.ARRAY_BUFFER);
        accessor.SetVertexData(view, 0, values.Length, new AttributeFormat(DimensionType.VEC3, EncodingType.FLOAT, false));
        return accessor;
    }
}
