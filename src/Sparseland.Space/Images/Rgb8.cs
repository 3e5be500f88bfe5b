using System.Runtime.InteropServices;

namespace Sparseland.Space.Images;

/// <summary>A display colour (sRGB), three bytes in this order.</summary>
/// <param name="Red">Red.</param>
/// <param name="Green">Green.</param>
/// <param name="Blue">Blue.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public readonly record struct Rgb8(byte Red, byte Green, byte Blue);

/// <summary>A display colour (sRGB) and how opaque it is, four bytes in this order; the colour is not multiplied by the opacity.</summary>
/// <param name="Red">Red.</param>
/// <param name="Green">Green.</param>
/// <param name="Blue">Blue.</param>
/// <param name="Alpha">0 is clear, 255 opaque.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public readonly record struct Rgba8(byte Red, byte Green, byte Blue, byte Alpha);

/// <summary>Three values of 16 bits, as PNG files hold coordinates and normals.</summary>
/// <param name="Red">The first.</param>
/// <param name="Green">The second.</param>
/// <param name="Blue">The third.</param>
[StructLayout(LayoutKind.Sequential, Pack = 2)]
public readonly record struct Rgb16(ushort Red, ushort Green, ushort Blue);
