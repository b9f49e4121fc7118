// Editable data, not advice: the office keeps titles and status up to date.
import type { LegalBasis } from '@lumbung/contracts';

export const DEFAULT_LEGAL_BASIS: readonly LegalBasis[] = [
  {
    title: {
      id: 'Undang-Undang Nomor 14 Tahun 2008 tentang Keterbukaan Informasi Publik',
      en: 'Law 14 of 2008 on Public Information Disclosure',
    },
    status: 'in-force',
    relevance: {
      id: 'Badan publik menyediakan dan mendokumentasikan informasi.',
      en: 'Public bodies keep information available and documented.',
    },
  },
  {
    title: {
      id: 'Undang-Undang Nomor 25 Tahun 2009 tentang Pelayanan Publik',
      en: 'Law 25 of 2009 on Public Services',
    },
    status: 'in-force',
    relevance: { id: 'Layanan publik harus tersedia.', en: 'Public services must be available.' },
  },
  {
    title: {
      id: 'Peraturan Komisi Informasi Nomor 1 Tahun 2010 tentang Standar Layanan Informasi Publik',
      en: 'Information Commission Regulation 1 of 2010 on Standards of Public Information Services',
    },
    status: 'replaced',
    replacedBy: 'Peraturan Komisi Informasi Nomor 1 Tahun 2021 tentang Standar Layanan Informasi Publik',
  },
  {
    title: {
      id: 'Undang-Undang Nomor 11 Tahun 2008 tentang Informasi dan Transaksi Elektronik, Pasal 40',
      en: 'Law 11 of 2008 on Electronic Information and Transactions, article 40',
    },
    status: 'amended',
    relevance: {
      id: 'Instansi membuat dokumen elektronik beserta rekam cadang elektroniknya sesuai keperluan pelindungan data.',
      en: 'Institutions keep electronic backups according to their need to protect data.',
    },
  },
  {
    title: {
      id: 'Peraturan Presiden Nomor 95 Tahun 2018 tentang Sistem Pemerintahan Berbasis Elektronik',
      en: 'Presidential Regulation 95 of 2018 on Electronic-Based Government Systems',
    },
    status: 'in-force',
    relevance: {
      id: 'Ketersediaan dijamin melalui penyediaan cadangan dan pemulihan.',
      en: 'Availability is ensured by backup and recovery.',
    },
  },
  {
    title: {
      id: 'Peraturan Pemerintah Nomor 71 Tahun 2019 tentang Penyelenggaraan Sistem dan Transaksi Elektronik',
      en: 'Government Regulation 71 of 2019 on the Operation of Electronic Systems and Transactions',
    },
    status: 'in-force',
    relevance: {
      id: 'Informasi harus dapat ditampilkan kembali secara utuh selama masa retensi.',
      en: 'Information must be available in full for as long as it is retained.',
    },
  },
  {
    title: {
      id: 'Undang-Undang Nomor 27 Tahun 2022 tentang Pelindungan Data Pribadi',
      en: 'Law 27 of 2022 on Personal Data Protection',
    },
    status: 'in-force',
    relevance: {
      id: 'Data pribadi di dalam cadangan dilindungi; kehilangan ketersediaan adalah kegagalan pelindungan.',
      en: 'Personal data in backups is protected; its loss is a failure of protection.',
    },
  },
];
