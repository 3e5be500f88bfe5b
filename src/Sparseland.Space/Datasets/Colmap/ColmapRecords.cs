using Sparseland.Space.Motion;

namespace Sparseland.Space.Datasets.Colmap;

/// <summary>One line of cameras.txt. COLMAP puts pixel centres at one half: its optical axis is half a pixel more than <see cref="Cameras.PinholeCamera"/>'s.</summary>
/// <param name="Id">Number of the camera.</param>
/// <param name="Model">PINHOLE (fx, fy, cx, cy), SIMPLE_PINHOLE (f, cx, cy) or another model's name.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Parameters">The model's parameters.</param>
public sealed record ColmapCamera(int Id, string Model, int Width, int Height, IReadOnlyList<double> Parameters);

/// <summary>One pair of lines of images.txt.</summary>
/// <param name="Id">Number of the image.</param>
/// <param name="WorldToCamera">Takes the world's points to the camera's axes: the inverse of a camera's pose.</param>
/// <param name="Camera">Number of its camera.</param>
/// <param name="Name">File name.</param>
/// <param name="Observations">Column, row and number of the point seen there, -1 for none.</param>
public sealed record ColmapImage(int Id, RigidPose WorldToCamera, int Camera, string Name, IReadOnlyList<(double Column, double Row, long Point)> Observations);

/// <summary>One line of points3D.txt.</summary>
/// <param name="Id">Number of the point.</param>
/// <param name="Position">In the world, in metres.</param>
/// <param name="Red">0 to 255.</param>
/// <param name="Green">0 to 255.</param>
/// <param name="Blue">0 to 255.</param>
/// <param name="Error">Reprojection error in pixels.</param>
/// <param name="Track">Numbers of image and observation where it is seen.</param>
public sealed record ColmapPoint(long Id, Vector3D Position, byte Red, byte Green, byte Blue, double Error, IReadOnlyList<(int Image, int Observation)> Track);
