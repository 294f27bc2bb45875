"""What callers say in sentences of their own: words that mean the same to this hotline, and words that mean nothing.

Each line is one thing, its ways apart by commas; any of them stands for all. A way of several words counts where they
are said without another word between; "sudah|udah jadi" is two of them. No way may stand in two lines.
"""

from itertools import product

from agi.languages.language import OwnWords, Words

_READY = "jadi|selesai|kelar|beres|terbit|keluar|dicetak|diambil|rampung|siap|diproses"
_FOUND = "ditemukan|ketemu|terdaftar|kedaftar|valid|cocok|terbaca|kebaca|muncul|online|sinkron|sesuai|dikenali|padan"

_SYNONYMS = f"""
ktp, e ktp, ktp el, ktp elektronik, kartu tanda penduduk, kartu penduduk
kk, kartu keluarga, kartu kk
akta, akte
kartu identitas, kartu identitas untuk, kartu pengenal
kia, ka i a, kartu identitas anak, kartu anak, identitas anak
ikd, identitas kependudukan digital, identitas digital, ktp digital, e ktp digital, ktp yang digital
hp, hape, handphone, ponsel, telepon genggam, telepon pintar
nik, nomor induk kependudukan, nomor induk, nomor ktp, nomor kependudukan
blanko, blangko, keping
dokumen, berkas, permohonan, pengajuan, pengurusan, surat

lahir, kelahiran, dilahirkan, lahiran, melahirkan
meninggal, kematian, wafat, almarhum, almarhumah, meninggal dunia, berpulang
kawin, menikah, nikah, perkawinan, pernikahan, nikahan
cerai, bercerai, perceraian, putusan pengadilan
pindah, boyongan, pindahan, kepindahan, perpindahan, mutasi, cabut berkas, skpwni
pendatang, kedatangan, pindah datang, lapor datang, lapor kedatangan, surat datang, warga|penduduk baru, \
    baru|sudah|udah|habis pindah, pindah masuk, dapat|punya surat pindah, jadi warga, baru datang, datang dari, \
    pindahan dari, pindah ke sini, masuk sini, daerah|kota|kabupaten|tempat asal
gereja, beda agama, pemberkatan, pura, wihara, vihara, kelenteng, nasrani, kristen, katolik, buddha, hindu, konghucu, \
    non muslim
anak, bayi, balita
tujuh belas, tujuh belas tahun, dewasa

hilang, ilang, kehilangan, dicopet, kecopetan, dicuri, kecurian, tercecer, raib, hanyut, kebawa, terbawa, \
    ketinggalan, tertinggal, terbakar, kebakar, kebakaran, jatuh, cetak ulang, duplikat, kutipan kedua, terselip, \
    lenyap, kejambret, dijambret, dirampok, entah ke|di mana, dibawa kabur|lari|orang, \
    lupa taruh|naruh|menaruh|simpan, kecebur, kecemplung, dicari
rusak, sobek, robek, patah, basah, kebanjiran, kena banjir, terkelupas, kelupas, mengelupas, pudar, luntur, buram, \
    kusam, retak, lecet, tergores, bolong, hancur, cacat, dimakan, digigit, terlindas, kelindas, \
    tidak|nggak|gak kelihatan|terlihat
salah, keliru, kesalahan, salah ketik|tulis|cetak|eja, beda, berbeda, tertukar, kurang satu|huruf, \
    kelebihan|kebanyakan huruf, tidak|nggak|gak sama, masih kawin
habis, kosong, kehabisan, stok, tersedia

bikin, buat, membuat, bikinin, pembuatan, daftar, mendaftar, daftarin, mendaftarkan, mengajukan, ajukan, baru
urus, ngurus, mengurus, urusin, ngurusin, urusan, tentang, soal, mengenai
lapor, laporan, melapor, melaporkan, laporkan, laporin, catat, mencatat, mencatatkan, pencatatan
rekam, perekaman, merekam, direkam, rekaman, sidik jari, berfoto, difoto, mau foto
belum|belom|tidak|nggak|enggak|gak punya, belum|belom pernah
pecah, pisah, pisahkan, memisahkan, dipecah, sendiri, keluar dari
tambah, nambah, menambah, nambahin, tambahin, menambahkan, tambahkan, penambahan, masukin, dimasukin, masukkan, \
    memasukkan, dimasukkan, hapus, dihapus, keluarkan, ngeluarin, dikeluarkan, gabung, numpang, \
    belum|belom masuk|tercantum
anggota, anggota keluarga
ubah, mengubah, rubah, diubah, ganti, mengganti, diganti, perbaiki, perbaikan, diperbaiki, memperbaiki, betulkan, \
    membetulkan, dibetulkan, betulin, benerin, dibenerin, membenarkan, koreksi, mengoreksi, dikoreksi, revisi, ralat, \
    meralat, pembetulan, perubahan, penggantian, update, perbarui, memperbarui, diperbarui
nama, nama ibu|bapak|ayah, tanggal lahir, tempat lahir, agama, jenis kelamin, golongan darah, pekerjaan, data, huruf, \
    ejaan, pendidikan, foto, status kawin|perkawinan|nikah|pernikahan, belum kawin
gelar, titel
legalisir, legalisasi, dilegalisir, dilegalisasi, melegalisir, melegalisasi
aktivasi, aktifkan, mengaktifkan, digital

cek, ngecek, dicek, mengecek, cekkan, verifikasi, validasi, konfirmasi, periksa, memeriksa, diperiksa, cekin, \
    pengecekan, memastikan, pastikan
aktif, keaktifan, valid, terdaftar, asli, berlaku, online, ganda, masih hidup|bisa dipakai
status
sampai mana, sampai di mana, kelanjutan, proses, progres, perkembangan, kabar, kabarnya, lacak, melacak, diajukan
sudah|udah|bisa|belum|belom {_READY}, jadi|selesai|kelar|beres|terbit|dicetak|diambil belum|belom, belum|belom juga, \
    bisa saya ambil, sudah|udah bisa diambil|dicetak|belum, sudah|udah turun, sudah|udah ada belum, \
    belum|belom dapat|terima
jadi, selesai, kelar, diambil, ambil, terbit, keluar
kapan, berapa lama, berapa hari
tidak|nggak|enggak|gak|belum|belom {_FOUND}, tidak|nggak|enggak|gak ada di
ditolak, gagal, error, bermasalah
konsolidasi, dikonsolidasi, konsolidasikan, sinkronisasi, sinkronkan
bpjs, bank, rekening, kredit, pinjaman, cpns, casn, pppk, prakerja, paspor, imigrasi, pajak, npwp, bansos, \
    bantuan sosial, sim, samsat, kartu perdana, kartu sim, vaksin, haji, umrah, beasiswa, rumah sakit

syarat, persyaratan, ketentuan, bawa apa, perlu apa, butuh apa, yang|harus|perlu dibawa, dibawa apa, disiapkan, \
    dokumen apa, berkas apa, diperlukan
cara, gimana, bagaimana, prosedur
biaya, bayar, tarif, gratis, dipungut, bayaran, denda berapa, berapa denda, harga bikin|buat|urus
berapa
kantor, dukcapil, disdukcapil, catatan sipil, capil, dinas kependudukan, loket, kantor dukcapil, \
    kantor catatan sipil
pelayanan, layanan
kantor mana, kantor yang mana
buka, tutup, libur, istirahat, jam berapa, jam buka, jam kerja
jam pelayanan, jam layanan, jam kantor, jam operasional, waktu layanan
sabtu, senin, selasa, rabu, kamis, jumat, hari minggu, minggu buka|ada, hari libur, tanggal merah, hari kerja, \
    hari sabtu
alamat, domisili
di mana, dimana, sebelah mana, lokasi, letak, terdekat, paling dekat, lewat mana, arah mana, ke mana, kemana
whatsapp, nomor|lewat|pakai|via wa, wa nya, email, e mail, website, media sosial, instagram, facebook, saluran, \
    lewat|pakai|via internet, lewat|secara|via online, layanan online, kirim pesan, selain telepon
pengaduan, mengadu, ngadu, mengadukan, adukan, aduan, komplain, keluhan, mengeluh, protes, pungli, antri, antre, \
    antrian, pungutan liar, kecewa, calo, dipersulit, jutek, galak, judes, kasar, tidak|nggak sopan, \
    tidak|nggak|gak puas, pelayanan|pelayanannya jelek|buruk|lambat|lama, dimintai|diminta|disuruh uang|bayar|biaya
jawaban, dijawab, ditanggapi, tanggapan, dibalas, balasan, ditindaklanjuti, tindak lanjut, hasilnya
penipuan, pinjaman online, pinjol, disalahgunakan, dipakai orang, penipu, menipu, tertipu, ditipu, tipu, otp, \
    kode otp, mencurigakan, minta uang|kode|transfer|otp, mengaku, ngaku, mengaku|ngaku dari, gadungan, palsu, \
    orang tidak|nggak dikenal, unduh, suruh|disuruh klik|unduh|transfer, tautan, kirim link, klik link, \
    ditelepon|dihubungi orang|seseorang, ada yang|orang minta|telepon|menelepon|kirim|menghubungi
menelepon, menelpon, nelepon, nelpon, telepon|telpon saya, ada telepon|telpon, menghubungi
riwayat, histori, jejak, rekam jejak, siapa yang|saja cek|mengecek|tanya|menanyakan|memeriksa|melihat, \
    siapa saja yang cek|mengecek|tanya|menanyakan|memeriksa|melihat
kunci, mengunci, dikunci, kuncikan, blokir, memblokir, diblokir, bekukan, membekukan, dibekukan
petugas, operator, admin
customer service, call center, layanan pelanggan
bicara, berbicara, ngomong, mau orang, dibantu orang, bukan|jangan mesin, ngobrol, sambungkan, sambungin, \
    disambungkan, hubungkan
orang, manusia, langsung, orang saja|aja
"""

_FILLERS = """
saya aku kami kita dia mereka anda kamu pak bu bapak ibu mas mbak kak kakak bang dik adik om tante mau mo pengen ingin
pingin minta tolong mohon informasi menanyakan mengetahui bisa boleh perlu butuh harus coba tanya nanya bertanya halo
selamat pagi siang sore malam permisi maaf terima kasih makasih ya iya oh eh nah apa apakah siapa kenapa mana ini itu
gini begini gitu begitu yang di ke dari untuk dengan sama pada dan atau tapi terus lalu karena soalnya kalau biar kan
sih dong deh kok lho nih tuh ada sudah udah belum belom tidak nggak enggak gak bukan lagi masih juga aja saja dulu
banget sekali lama nya masalah kendala katanya kayaknya padahal pas waktu tadi kemarin besok sekarang nanti hari
minggu bulan tahun istri suami mertua orangtua tua nenek kakek keponakan saudara keluarga teman punya dapat pakai ikut
sampai lewat satu dua tiga empat lima enam tujuh delapan sembilan sepuluh nol desa kelurahan kecamatan kabupaten kota
provinsi jakarta bandung surabaya medan bogor nomor kode telepon makan minum tidur mandi masak beli jual pasar warung
toko rumah sekolah mobil motor jalan macet hujan panas dingin air listrik lampu pintu meja dapur televisi lagu
film bola kucing ayam ikan nasi kopi gula beras harga murah mahal naik turun pulang pergi datang kereta angkot bus
pesawat stasiun dokter sakit main tunggu sebentar cepat lihat dengar suara bawa lupa kerja ketemu
"""


def _ways(line: str) -> Words:
    """The ways of one line."""
    written = (way.split() for way in line.split(", "))
    return tuple(" ".join(words) for way in written for words in product(*(word.split("|") for word in way)))


OWN_WORDS = OwnWords(
    synonyms=tuple(_ways(line) for line in _SYNONYMS.splitlines() if line),
    fillers=tuple(dict.fromkeys(_FILLERS.split())),
    suffixes=("nya",),
)
